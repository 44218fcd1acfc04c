// A real OpenID provider (npm oidc-provider) in a process of its own: `node provider.mjs REDIRECT_URI`.
// Prints its address on one line. Its sign-in page takes any name; there are no passwords.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const server = createServer();
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
  clients: [{ client_id: "niangjia", client_secret: "a-secret-for-tests", redirect_uris: [process.argv[2]] }],
  cookies: { keys: ["keys for tests only"] },
});
server.on("request", provider.callback());
console.log(issuer);
