// Starts `probity lsp` for the files of suites, and runs cases in a terminal.
"use strict";

const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** The files of a suite. The server ignores those that are in none. */
const FILES = ["**/cases/**/*.{yaml,yml,json}", "**/schemas/**/*.json", "**/targets/*.{yaml,yml,json}",
  "**/probity.yaml", "**/*waivers.{yaml,yml,json}"];

let client;

function program() {
  return vscode.workspace.getConfiguration("probity").get("path") || "probity";
}

async function start() {
  const server = { command: program(), args: ["lsp"] };
  client = new LanguageClient("probity", "Probity", server, {
    documentSelector: FILES.map((pattern) => ({ scheme: "file", pattern })),
  });
  await client.start();
}

/** Runs the case of a lens in a terminal, without a shell: no name of a file or a case can be a command. */
function run({ case: id, suite }) {
  const words = ["run", "--suite", ".", "--only", id];
  const execution = new vscode.ProcessExecution(program(), words, { cwd: suite });
  const scope = vscode.TaskScope.Workspace;
  const task = new vscode.Task({ type: "probity", case: id }, scope, id, "probity", execution);
  task.presentationOptions = { clear: true };
  return vscode.tasks.executeTask(task);
}

async function activate(context) {
  context.subscriptions.push(
    vscode.commands.registerCommand("probity.run", run),
    vscode.commands.registerCommand("probity.restart", async () => {
      await client?.stop();
      await start();
    }),
  );
  await start();
}

function deactivate() {
  return client?.stop();
}

module.exports = { activate, deactivate };
