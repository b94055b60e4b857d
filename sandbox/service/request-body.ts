/** Reads the body of a request, no further than it may be long. */
import type { IncomingMessage } from 'node:http'
import { Refusal } from './refusal.ts'

const JSON_BYTES_MAX = 16 * 1024

/** Throws a Refusal when the body is no JSON or has more than 16 KiB. */
export async function jsonIn(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  await readBody(request, JSON_BYTES_MAX, chunk => void chunks.push(chunk))
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new Refusal(400, 'invalid_request', 'body: is not valid JSON')
  }
}

/** Hands the body on as it comes. Rejects with a Refusal when it is longer, and with what `take` throws: the rest is not read. */
export function readBody(request: IncomingMessage, bytesMax: number, take: (chunk: Buffer) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let bytes = 0
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length
    try {
      if (bytes > bytesMax) throw new Refusal(413, 'too_large', `a body has at most ${bytesMax} bytes`)
      take(chunk)
    } catch (error) {
      // The connection must live until the refusal is sent.
      request.off('data', onChunk).pause()
      reject(error)
    }
  }
  request
    .on('data', onChunk)
    .on('end', () => resolve())
    .on('error', reject)
  return promise
}
