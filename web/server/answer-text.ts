/** A short answer in words, for whoever gets neither a file nor an answer of the API. */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

export function answerText(response: ServerResponse, status: number, text: string, headers?: OutgoingHttpHeaders) {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...headers,
  })
  response.end(text)
}
