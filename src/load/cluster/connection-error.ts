import { RefgrantError } from "../../model/failure.ts";
import { codeOf } from "../error-code.ts";
import type { ClusterConfig } from "./kubeconfig.ts";
import { shorten } from "./text.ts";
import { withoutCredentials } from "./urls.ts";

/** What is known of a failed connection: the sentence, and what to do. */
interface Words {
  readonly message: string;
  readonly advice: string;
}

const RIGHT_SERVER = "Check the server in the kubeconfig, or --server, and that this machine can reach it.";
const TRUST =
  "Give the CA with --certificate-authority or in the kubeconfig; behind a proxy that opens TLS, the proxy's.";
const SCHEME = "Check whether the server is http or https.";
const RENEW = "Check this machine's clock, and have the server's certificate renewed.";
const PROXY = "Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY, or proxy-url in the kubeconfig.";

const DAMAGED = "Try again, or ask for unpacked answers with --disable-compression.";
/** What to do about an answer that no API server gives. */
export const IN_BETWEEN = "A login page or a proxy may stand in between; check the server in the kubeconfig.";
const SMALLER = "Check that the server is a Kubernetes API server; if it is, ask for smaller pages with --chunk-size.";
const FEWER = "Check that the server is a Kubernetes API server; if it is, use a machine with more memory.";

const RESET_CODES: readonly string[] = [
  "ECONNRESET",
  "EPIPE",
  "ECONNABORTED",
  "Z_BUF_ERROR",
  "ERR_HTTP2_GOAWAY_SESSION",
  "ERR_HTTP2_INVALID_SESSION",
  "ERR_HTTP2_SESSION_ERROR",
  "ERR_HTTP2_STREAM_CANCEL",
  "ERR_HTTP2_STREAM_ERROR",
];

/** Whether a connection broke off, so that asking again may help. */
export function brokeOff(error: unknown): boolean {
  return RESET_CODES.includes(codeOf(error));
}

function statusOf(error: unknown): string {
  return error instanceof Error && "statusCode" in error ? ` (HTTP status ${String(error.statusCode)})` : "";
}

function noTls(server: string, why: string): Words {
  return {
    message: `no TLS connection with ${server} (${why})`,
    advice: "Check the client certificate, and that both sides know a common version of TLS.",
  };
}

function ofTls(code: string, server: string, error: unknown): Words | null {
  switch (code) {
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "CERT_SIGNATURE_FAILURE":
    case "CERT_UNTRUSTED":
    case "INVALID_CA":
      return { message: `the certificate of ${server} is signed by an authority that is not trusted`, advice: TRUST };
    case "CERT_HAS_EXPIRED":
      return { message: `the certificate of ${server} has expired`, advice: RENEW };
    case "CERT_NOT_YET_VALID":
      return { message: `the certificate of ${server} is not valid yet`, advice: RENEW };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return {
        message: `the certificate of ${server} is for another name: ${shorten(error instanceof Error ? error.message : "")}`,
        advice: "Use a name that the certificate has, or give it with --tls-server-name.",
      };
    case "EPROTO": {
      // The one code for all that goes wrong in a handshake; only the text tells more.
      const alert = /\bSSL routines:[^:]*:([\w /-]*alert[\w /-]*)/.exec(
        error instanceof Error ? error.message : "",
      )?.[1];
      return alert === undefined
        ? { message: `${server} does not answer with TLS`, advice: SCHEME }
        : noTls(server, alert);
    }
    case "ERR_SSL_WRONG_VERSION_NUMBER":
    case "ERR_SSL_PACKET_LENGTH_TOO_LONG":
      return { message: `${server} does not answer with TLS`, advice: SCHEME };
    default:
      return code.startsWith("ERR_SSL_") ? noTls(server, code) : null;
  }
}

/** What may be wrong where every connection breaks off. */
function afterBreaks({ serverUrl, user }: ClusterConfig): string {
  if (!serverUrl.startsWith("https:")) return SCHEME;
  if (user.certData === "" && user.certFile === "") return RIGHT_SERVER;
  return `The server may not take the client certificate. ${RIGHT_SERVER}`;
}

function wordsFor(error: unknown, config: ClusterConfig): Words {
  const code = codeOf(error);
  const server = config.serverUrl;
  const proxy = config.proxy === null ? null : withoutCredentials(config.proxy);
  const host = proxy === null ? new URL(server).host : new URL(proxy).host;
  switch (code) {
    case "ECONNREFUSED":
      return {
        message: `The connection to the ${proxy === null ? "server" : "proxy"} ${host} was refused - did you specify the right host or port?`,
        advice: proxy === null ? RIGHT_SERVER : PROXY,
      };
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return {
        message: `the host name of the ${proxy === null ? "server" : "proxy"} ${host} is not known`,
        advice: proxy === null ? RIGHT_SERVER : PROXY,
      };
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
    case "EHOSTDOWN":
      return { message: `the server ${host} cannot be reached (${code})`, advice: RIGHT_SERVER };
    case "Z_DATA_ERROR":
      return { message: `${server} gave an answer that cannot be unpacked`, advice: DAMAGED };
    case "HPE_HEADER_OVERFLOW":
    case "ERR_HTTP2_HEADER_TOO_LARGE":
      return { message: `${server} gave an answer whose headers are too large`, advice: IN_BETWEEN };
    case "ERR_ANSWER_TOO_LARGE":
      return { message: `${server} gave a single answer that is too large to be read`, advice: SMALLER };
    case "ERR_ANSWERS_TOO_LARGE":
      return { message: `${server} gives more than there is memory for`, advice: FEWER };
    case "ERR_PROXY_TUNNEL":
      return { message: `the proxy ${proxy} makes no connection to ${server}${statusOf(error)}`, advice: PROXY };
  }
  if (brokeOff(error)) {
    return { message: `the connection to ${server} broke off`, advice: `Try again. ${afterBreaks(config)}` };
  }
  if (code.startsWith("HPE_")) {
    return { message: `${server} does not answer with HTTP`, advice: SCHEME };
  }
  const tls = ofTls(code, server, error);
  if (tls !== null) return tls;
  const throughProxy = proxy === null ? "" : ` through the proxy ${proxy}`;
  return {
    message: `no connection to ${server}${throughProxy}${code === "" ? "" : ` (${code})`}`,
    advice: proxy === null ? RIGHT_SERVER : PROXY,
  };
}

/** Puts a failed connection into words near kubectl's, with what to do. Neither holds credentials. */
export function connectionError(error: unknown, config: ClusterConfig): RefgrantError {
  const { message, advice } = wordsFor(error, config);
  return new RefgrantError("unreachable", message, advice, { cause: error });
}
