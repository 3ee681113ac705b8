#!/bin/sh
# Runs the shards, waits until the Job has ended, and merges. The exit code is 0 if the target conforms.
set -eu
cd "$(dirname "$0")"

kubectl delete job probity-shards probity-merge --ignore-not-found
kubectl apply -k shards
run=$(kubectl get job probity-shards -o jsonpath='{.metadata.uid}')

ended() {
  kubectl get job "$1" -o jsonpath='{.status.conditions[*].type}' | grep -Ewq 'Complete|Failed'
}

# A shard with a failure makes this Job fail: the verdict is that of the merge.
until ended probity-shards; do sleep 5; done
kubectl create -k merge --dry-run=client -o yaml |
  kubectl set env --local -f - "RUN=$run" -o yaml |
  kubectl apply -f -
until ended probity-merge; do sleep 5; done
kubectl logs job/probity-merge
kubectl wait --for=condition=Complete job/probity-merge --timeout=0
