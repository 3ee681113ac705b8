// A session of the Microsoft Graph client for JavaScript, as an application has it: a user is read and reprocessed, a
// wrong token and an unknown user are refused. The arguments are the base URL, a token, and the id of the user.
const [base, token, user] = process.argv.slice(2);
const { Client, HTTPMessageHandler, RetryHandler, TelemetryHandler } = require(process.env.GRAPH_CLIENT);

// The authentication of the client sends tokens over https only: on this machine, a middleware of its own adds them.
class Token {
  constructor(token) {
    this.token = token;
  }
  async execute(context) {
    const headers = { ...context.options.headers, Authorization: `Bearer ${this.token}` };
    context.options.headers = headers;
    await this.next.execute(context);
  }
  setNext(next) {
    this.next = next;
  }
}

function client(token) {
  const chain = [new Token(token), new RetryHandler(), new TelemetryHandler(), new HTTPMessageHandler()];
  chain.slice(0, -1).forEach((handler, at) => handler.setNext(chain[at + 1]));
  return Client.initWithMiddleware({ baseUrl: base, defaultVersion: "v1.0", middleware: chain[0] });
}

async function main() {
  const graph = client(token);
  const status = (error) => error.statusCode;
  const reprocess = `/users/${user}/reprocessLicenseAssignment`;
  const unknown = `/users/${user.replace(/^.{8}/, "00000000")}/reprocessLicenseAssignment`;
  const before = await graph.api(`/users/${user}`).select("id,licenseAssignmentStates").get();
  const after = await graph.api(reprocess).post();
  const refused = await client("wrong").api(reprocess).post().catch(status);
  const missing = await graph.api(unknown).post().catch(status);
  console.log(JSON.stringify({ before: before.id, after: after.id, refused, missing }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
