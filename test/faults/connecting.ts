import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { serverTls, tlsFile } from "../load/cluster/stub.ts";
import type { Section } from "./fault.ts";
import { SECRETS } from "./stage.ts";
import { healthy } from "./world.ts";

const QUICK = ["--request-timeout", "400ms"];

const clientTls = async () => {
  const [root, intermediate] = await Promise.all([
    readFile(tlsFile("root.crt")),
    readFile(tlsFile("intermediate.crt")),
  ]);
  return { ca: [root, intermediate], requestCert: true, rejectUnauthorized: true };
};
const certificate = (name: string) => `client-certificate: ${tlsFile(name)}\nclient-key: ${tlsFile("server.key")}`;

export const CONNECTING: Section = {
  title: "Connecting",
  about: "",
  faults: [
    { fault: "nobody listens", code: 3, everywhere: true, provoke: async () => ({}) },
    {
      fault: "nobody listens, at both addresses of a name",
      code: 3,
      provoke: async (stage) => ({ server: `https://localhost:${await stage.closedPort()}` }),
    },
    {
      fault: "the host name has no address",
      code: 3,
      within: 30,
      provoke: async () => ({ server: "https://no-such-host.invalid:6443" }),
    },
    {
      fault: "the connection is made and nothing comes of it: no handshake",
      code: 3,
      provoke: async (stage) => ({ server: `https://127.0.0.1:${await stage.tcp(() => undefined)}`, args: QUICK }),
    },
    {
      fault: "the connection is closed before the handshake, every time",
      code: 3,
      provoke: async (stage) => ({
        server: `https://127.0.0.1:${await stage.tcp((socket) => socket.destroy())}`,
      }),
    },
    {
      fault: "an unknown authority signed the certificate",
      code: 3,
      everywhere: true,
      provoke: async (stage) => ({ server: await stage.https(healthy), ca: false }),
    },
    {
      fault: "the certificate has expired",
      code: 3,
      provoke: async (stage) => ({ server: await stage.https(healthy, await serverTls("expired")) }),
    },
    {
      fault: "the certificate is not valid yet",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https(healthy, await serverTls("early")),
        ca: tlsFile("early.crt"),
      }),
    },
    {
      fault: "the certificate is for another name",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https(healthy),
        args: ["--tls-server-name", "other.example"],
      }),
    },
    {
      fault: "a client certificate is wanted, and there is none",
      code: 3,
      provoke: async (stage) => ({ server: await stage.https(healthy, await clientTls()) }),
    },
    {
      fault: "the client certificate has expired, and the server refuses it",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https(healthy, await clientTls()),
        user: certificate("expired.crt"),
      }),
    },
    {
      fault: "the client certificate is of an authority that the server does not know",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https(healthy, await clientTls()),
        user: certificate("early.crt"),
      }),
    },
    {
      fault: "the client key does not belong to the client certificate",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https(healthy),
        user: `client-certificate: ${tlsFile("client.crt")}\nclient-key: ${tlsFile("server.key")}`,
      }),
    },
    {
      fault: "both sides know no common version of TLS",
      code: 3,
      provoke: async (stage) => ({
        server: await stage.https1(healthy, {
          minVersion: "TLSv1.1",
          maxVersion: "TLSv1.1",
          ciphers: "ALL@SECLEVEL=0",
        }),
      }),
    },
    {
      fault: "http where the server speaks https",
      code: 3,
      provoke: async (stage) => ({ server: (await stage.https1(healthy)).replace("https:", "http:") }),
    },
    {
      fault: "https where the server speaks http",
      code: 3,
      provoke: async (stage) => ({ server: (await stage.http(healthy)).replace("http:", "https:") }),
    },
    {
      fault: "something else listens: SSH",
      code: 3,
      provoke: async (stage) => ({
        server: `http://127.0.0.1:${await stage.tcp((socket) => socket.end("SSH-2.0-OpenSSH\r\n"))}`,
      }),
    },
    {
      fault: "the proxy is down",
      code: 3,
      provoke: async (stage) => ({
        server: "https://api.example:6443",
        env: { HTTPS_PROXY: `http://me:${SECRETS.password}@127.0.0.1:${await stage.closedPort()}` },
      }),
    },
    {
      fault: "the proxy refuses the user (407)",
      code: 3,
      provoke: async (stage) => {
        const refuse = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
        const port = await stage.tcp((socket) => socket.once("data", () => socket.end(refuse)));
        return {
          server: "https://api.example:6443",
          cluster: `proxy-url: http://me:${SECRETS.password}@127.0.0.1:${port}`,
        };
      },
    },
    {
      fault: "the proxy never answers",
      code: 3,
      provoke: async (stage) => ({
        server: "https://api.example:6443",
        cluster: `proxy-url: http://me:${SECRETS.password}@127.0.0.1:${await stage.tcp(() => undefined)}`,
        args: QUICK,
      }),
    },
    {
      fault: "the proxy opens TLS with a certificate of its own",
      code: 3,
      provoke: async (stage) => {
        const target = new URL(await stage.https(healthy));
        const port = await stage.tcp((socket) => {
          socket.once("data", () => {
            const onward = connect(Number(target.port), "127.0.0.1", () => {
              socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
              socket.pipe(onward).pipe(socket);
            });
            onward.on("error", () => socket.destroy());
          });
        });
        return { server: "https://api.example:6443", ca: false, env: { HTTPS_PROXY: `http://127.0.0.1:${port}` } };
      },
    },
    {
      fault: "the SOCKS proxy is down",
      code: 3,
      provoke: async (stage) => ({
        server: "https://api.example:6443",
        cluster: `proxy-url: socks5://me:${SECRETS.password}@127.0.0.1:${await stage.closedPort()}`,
      }),
    },
    {
      fault: "proxy-url holds a password that is not percent-encoded",
      code: 3,
      provoke: async () => ({ cluster: `proxy-url: "http://me:1/${SECRETS.password}@proxy.example:1"` }),
    },
  ],
};
