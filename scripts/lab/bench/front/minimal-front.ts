/**
 * A front as small as a function host's could be: Node's own HTTP server, which makes the event, calls the handler and sends what it
 * answers. For the benchmark only: it stands in the API's process beside serverless-offline, whose relay, consumers and jobs go on.
 */
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { gateBefore } from '../../../../deploy/stages/offline-http.ts'
import { type FrontEvent, gatewayEvent } from './gateway-event.ts'
import type { FindRoute, FrontRoute } from './routes.ts'

export type Handler = (event: FrontEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

export interface FrontOptions {
  find: FindRoute
  /** Loads it once. */
  handlerOf(route: FrontRoute): Promise<Handler>
}

/** As `provider.timeout` of the services that it stands before. */
export const FRONT_TIMEOUT_MS = 10_000

/** As serverless-offline takes it, and API Gateway. */
const BODY_BYTES_MAX = 10 * 1_024 * 1_024

/** Does not listen yet. */
export function minimalFront({ find, handlerOf }: FrontOptions): Server {
  const handlers = new Map<FrontRoute, Handler>()
  const answer = async (request: IncomingMessage): Promise<APIGatewayProxyStructuredResultV2> => {
    const found = find(request.method!, pathOf(request.url ?? '/'))
    if (found === undefined) return notFound
    const body = await bodyOf(request)
    if (body === undefined) return tooLarge
    const handler = handlers.get(found.route) ?? (await handlerOf(found.route))
    handlers.set(found.route, handler)
    return handler(gatewayEvent(request, found, body, Date.now()), contextOf(found.route.functionKey))
  }
  const server = createServer((request, response) => {
    answer(request).then(
      result => send(request, response, result),
      // As API Gateway would; serverless-offline answers 200 with a stack. The product's handlers never throw.
      () => send(request, response, broken),
    )
  })
  gateBefore(server)
  return server
}

const pathOf = (url: string): string => {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** Undefined of one that is too large. */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = []
  let bytes = 0
  for await (const part of request) {
    bytes += (part as Buffer).length
    if (bytes > BODY_BYTES_MAX) return undefined
    parts.push(part as Buffer)
  }
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
}

function contextOf(functionName: string): Context {
  const endMs = performance.now() + FRONT_TIMEOUT_MS
  return {
    awsRequestId: randomUUID(),
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionName,
    logGroupName: functionName,
    logStreamName: functionName,
    memoryLimitInMB: '512',
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(endMs - performance.now())),
    done: () => {},
    fail: () => {},
    succeed: () => {},
  }
}

const json = (statusCode: number, body: object): APIGatewayProxyStructuredResultV2 => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
const notFound = json(404, { message: 'Not Found' })
const tooLarge = json(413, { message: 'Request Entity Too Large' })
const broken = json(500, { message: 'Internal Server Error' })

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { statusCode = 200, headers = {}, body = '', isBase64Encoded = false, cookies }: APIGatewayProxyStructuredResultV2,
): void {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')
  const sent: Record<string, string | string[]> = { 'content-type': 'application/json' }
  for (const [name, value] of Object.entries(headers)) sent[name.toLowerCase()] = String(value)
  if (cookies !== undefined) sent['set-cookie'] = cookies
  sent['content-length'] = String(bytes.length)
  response.writeHead(statusCode, sent).end(request.method === 'HEAD' ? undefined : bytes)
}
