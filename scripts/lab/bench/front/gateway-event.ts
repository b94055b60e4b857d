/** API Gateway's event (payload 2.0) of an HTTP request, as serverless-offline makes it for the product. */
import type { IncomingMessage } from 'node:http'
import type { APIGatewayProxyEventV2 } from 'aws-lambda'
import { gatewayHeaders } from '../../../../deploy/stages/offline-http.ts'
import type { Found } from './routes.ts'

export type FrontEvent = Omit<APIGatewayProxyEventV2, 'body' | 'pathParameters' | 'queryStringParameters'> & {
  body: string | null
  pathParameters: Record<string, string> | null
  queryStringParameters: Record<string, string> | null
}

const ORIGIN = 'http://localhost'

/** `body`: all of it. */
export function gatewayEvent(
  request: IncomingMessage,
  { route, pathParameters }: Found,
  body: Buffer,
  nowMs: number,
): FrontEvent {
  const url = new URL(request.url ?? '/', ORIGIN)
  const headers = headersOf(request.rawHeaders, body)
  return {
    version: '2.0',
    routeKey: route.routeKey,
    rawPath: url.pathname,
    rawQueryString: url.searchParams.toString(),
    headers,
    queryStringParameters: url.search === '' ? null : joinedParameters(url.searchParams),
    pathParameters,
    body: body.length === 0 ? null : body.toString('utf8'),
    isBase64Encoded: false,
    requestContext: {
      accountId: 'minimal-front',
      apiId: 'minimal-front',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      http: {
        method: request.method!,
        path: url.pathname,
        protocol: 'HTTP/1.1',
        sourceIp: request.socket.remoteAddress ?? '',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: 'minimal-front',
      routeKey: route.routeKey,
      stage: '$default',
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
  }
}

function headersOf(rawHeaders: readonly string[], body: Buffer): Record<string, string> {
  const pairs = gatewayHeaders(rawHeaders)
  const headers: Record<string, string> = {}
  for (let index = 0; index < pairs.length; index += 2) headers[pairs[index]!] = pairs[index + 1]!
  // Of a body that came in chunks.
  if (body.length > 0) headers['content-length'] ??= String(body.length)
  return headers
}

/** Repeated ones are joined by commas. */
function joinedParameters(parameters: URLSearchParams): Record<string, string> | null {
  const joined: Record<string, string> = {}
  for (const [name, value] of parameters) joined[name] = joined[name] ? `${joined[name]},${value}` : value
  return Object.keys(joined).length === 0 ? null : joined
}

/** `30/Nov/2026:08:00:00 +0000` */
function commonLogTime(nowMs: number): string {
  const [, day, month, year, time] = new Date(nowMs).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}
