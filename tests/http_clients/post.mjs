// Posts each file to a URL, and prints the status of each response, or "error".
// node post.mjs MODE URL FILE...
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";

const [mode, url, ...files] = process.argv.slice(2);
const headers = { authorization: "Bearer bearer-secret", "content-type": "application/json" };

const byFetch = async (body, more = {}) => {
  const response = await fetch(url, { method: "POST", headers, body, ...more });
  await response.arrayBuffer();
  return response.status;
};

const byHttp = (body, more = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method: "POST", headers: { ...headers, ...more } }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    request.on("error", reject);
    if (more.expect) {
      request.on("continue", () => request.end(body)).flushHeaders();
    } else {
      for (let at = 0; at < body.length; at += 10_000) request.write(body.subarray(at, at + 10_000));
      request.end();
    }
  });

const byHttp2 = (body) =>
  new Promise((resolve, reject) => {
    const session = http2.connect(url).on("error", reject);
    const stream = session.request({ ":method": "POST", ":path": new URL(url).pathname, ...headers });
    stream.on("response", (answered) => session.close(() => resolve(answered[":status"]))).on("error", reject);
    stream.resume().end(body);
  });

const MODES = {
  fetch: (body) => byFetch(body),
  "fetch of a stream": (body) => byFetch(new Blob([body]).stream(), { duplex: "half" }),
  http: (body) => byHttp(body),
  "http with a length": (body) => byHttp(body, { "content-length": body.length }),
  "http that expects to continue": (body) => byHttp(body, { expect: "100-continue", "content-length": body.length }),
  http2: byHttp2,
};

for (const file of files) {
  console.log(await MODES[mode](readFileSync(file)).catch(() => "error"));
}
