/** Passes requests on to the API, or to the starter's demo panel, and the answers back, as they are. */
import { Agent, request as ask, type IncomingMessage, type RequestOptions, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import { urlToHttpOptions } from 'node:url'
import { answerText } from './answer-text.ts'

export type Forward = (request: IncomingMessage, response: ServerResponse) => void

export interface ForwardOptions {
  apiUrl: string
  /** How long the API may be silent. */
  silenceMs?: number
  /** Told when the API is away, and when it is back. */
  log(line: string): void
}

/** Longer than a browser's patience with one attempt, which is longer than the API's handlers take. */
const SILENCE_MS = 20_000

/** They belong to one connection. */
const HOP_BY_HOP = ['connection', 'keep-alive', 'proxy-connection', 'te', 'trailer', 'upgrade']
/**
 * How a body is delimited stays as it came: without it, a body of a GET would be taken for the next request. `host` is sent as it was
 * read here, once: the console's routes look at the browser's own.
 */
const NOT_ASKED = new Set([...HOP_BY_HOP, 'host'])
const NOT_ANSWERED = new Set([...HOP_BY_HOP, 'transfer-encoding'])

/**
 * 502 at once when the API cannot be reached, 504 when it is silent: neither is JSON with a code, which the shop reads as "unreachable".
 * Once an answer has begun, its end is cut off instead. A caller that goes away takes its request along.
 */
export function forwarderTo({ apiUrl, ...options }: ForwardOptions): Forward {
  const url = new URL(apiUrl)
  if (url.protocol !== 'http:') throw new Error(`the shop reaches the API by http only, not by ${apiUrl}`)
  const { hostname, port } = urlToHttpOptions(url)
  return forwarder({ hostname, port }, { ...options, name: 'The API', address: apiUrl })
}

/** The same to whoever listens at a Unix socket. */
export const forwarderToSocket = (
  socketPath: string,
  options: Omit<ForwardOptions, 'apiUrl'> & { name: string },
): Forward => forwarder({ socketPath }, { ...options, address: socketPath })

type Place = Pick<RequestOptions, 'hostname' | 'port' | 'socketPath'>

interface Whom extends Omit<ForwardOptions, 'apiUrl'> {
  /** At the beginning of a sentence. */
  name: string
  address: string
}

function forwarder(place: Place, { name, address, silenceMs = SILENCE_MS, log }: Whom): Forward {
  // A connection a request: on a kept one, a request may cross with the API's closing it.
  const agent = new Agent({ keepAlive: false })
  const who = `${name[0]!.toLowerCase()}${name.slice(1)}`
  const reached = sayChanges(isReached => log(isReached ? `${who} is back` : `${who} is away: ${address}`))

  return (request, response) => {
    const asked = ask({
      ...place,
      method: request.method,
      path: request.url,
      headers: [...without(NOT_ASKED, request.rawHeaders), 'host', request.headers.host!],
      agent,
      timeout: silenceMs,
    })
    let isSilent = false
    asked.once('timeout', () => {
      isSilent = true
      asked.destroy()
    })
    asked.once('response', answer => {
      reached(true)
      response.writeHead(answer.statusCode!, without(NOT_ANSWERED, answer.rawHeaders))
      pipeline(answer, response, () => {})
    })
    asked.on('error', () => {
      if (response.headersSent || response.destroyed) return
      reached(false)
      if (isSilent) answerText(response, 504, `${name} has not answered for ${silenceMs / 1000} s.`)
      else answerText(response, 502, `${name} cannot be reached.`)
    })
    // What nobody reads any more would keep the caller's next request waiting.
    asked.once('close', () => request.resume())
    response.once('close', () => asked.destroy())
    request.pipe(asked)
  }
}

function sayChanges(say: (state: boolean) => void): (state: boolean) => void {
  let last = true
  return state => {
    if (state !== last) say(state)
    last = state
  }
}

/** Names and values in turn, as they came over the wire: repeated headers stay repeated. */
function without(names: ReadonlySet<string>, raw: readonly string[]): string[] {
  return raw.filter((_, at) => !names.has(raw[at - (at % 2)]!.toLowerCase()))
}
