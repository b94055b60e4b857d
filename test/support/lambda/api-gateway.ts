/** API Gateway's HTTP API in front of packaged functions: HTTP in, an event of payload format 2.0, the function's answer out. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Claims, JwtAuthorizer } from '../issuer/jwt-authorizer.ts'
import type { Invocation } from './execution-environment.ts'
import type { PackagedRoute } from './packaged-service.ts'

export type Invoke = (
  functionKey: string,
  event: unknown,
) => Promise<Pick<Invocation, 'payload'> & Partial<Pick<Invocation, 'functionError'>>>

interface Match {
  route: PackagedRoute
  pathParameters?: Record<string, string>
}

interface FunctionAnswer {
  statusCode?: number
  headers?: Record<string, string | number | boolean>
  cookies?: string[]
  body?: string
  isBase64Encoded?: boolean
}

const SIGNER = {
  accessKey: 'AKIAIOSFODNN7EXAMPLE',
  accountId: '123456789012',
  callerId: 'AIDACKCEVSQ6C2EXAMPLE',
  cognitoIdentity: null,
  principalOrgId: 'aws:PrincipalOrgID',
  userArn: 'arn:aws:iam::123456789012:user/shop',
  userId: 'AIDACKCEVSQ6C2EXAMPLE',
}
const API_ID = 'a1b2c3d4e5'
const DOMAIN = `${API_ID}.execute-api.ap-northeast-2.amazonaws.com`
/** Bodies of every other type reach the function in base64. */
const TEXT = /^(text\/|application\/(json|javascript|xml)\s*(;|$))/i

export class ApiGateway {
  readonly #server: Server
  readonly #routes: readonly PackagedRoute[]
  readonly #invoke: Invoke
  readonly #authorizer: JwtAuthorizer | undefined

  private constructor(routes: readonly PackagedRoute[], invoke: Invoke, authorizer?: JwtAuthorizer) {
    this.#routes = routes
    this.#invoke = invoke
    this.#authorizer = authorizer
    this.#server = createServer((request, response) => void this.#answer(request, response))
  }

  /** `authorizer`: before every route; without one, every request counts as signed with IAM. */
  static async listen(
    routes: readonly PackagedRoute[],
    invoke: Invoke,
    authorizer?: JwtAuthorizer,
  ): Promise<ApiGateway> {
    const gateway = new ApiGateway(routes, invoke, authorizer)
    gateway.#server.listen(0, '127.0.0.1')
    await once(gateway.#server, 'listening')
    return gateway
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = Buffer.concat(await request.toArray())
      const match = matchOf(this.#routes, request.method!, pathOf(request))
      if (match === undefined) return void response.writeHead(404, JSON_TYPE).end('{"message":"Not Found"}')
      const claims = await this.#authorizer?.(request.headers.authorization)
      if (this.#authorizer !== undefined && claims === undefined)
        return void response.writeHead(401, UNAUTHORIZED).end('{"message":"Unauthorized"}')
      send(response, answerOf(await this.#invoke(match.route.functionKey, eventOf(request, body, match, claims))))
    } catch {
      send(response, undefined)
    }
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }
const UNAUTHORIZED = { ...JSON_TYPE, 'www-authenticate': 'Bearer' }

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?')[0]!

/** A full match wins over one with parameters, and that over $default. */
function matchOf(routes: readonly PackagedRoute[], method: string, path: string): Match | undefined {
  const exact = routes.find(({ routeKey }) => routeKey === `${method} ${path}`)
  if (exact !== undefined) return { route: exact }
  for (const route of routes) {
    const pathParameters = parametersOf(route.routeKey, method, path)
    if (pathParameters !== undefined) return { route, pathParameters }
  }
  const fallback = routes.find(({ routeKey }) => routeKey === '$default')
  return fallback && { route: fallback }
}

function parametersOf(routeKey: string, method: string, path: string): Record<string, string> | undefined {
  const [wanted, template = ''] = routeKey.split(' ')
  if ((wanted !== method && wanted !== 'ANY') || !template.includes('{')) return undefined
  const pattern = new RegExp(`^${template.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
  const groups = pattern.exec(path)?.groups
  return groups && Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
}

/** The event as AWS documents it: lower-case header names, several values joined by commas, absent parts left out. */
export function eventOf(request: IncomingMessage, body: Buffer, { route, pathParameters }: Match, claims?: Claims) {
  const { routeKey } = route
  const rawPath = pathOf(request)
  const rawQueryString = (request.url ?? '').split('?')[1] ?? ''
  const headers = headersOf(request)
  const isBase64Encoded = body.length > 0 && !TEXT.test(headers['content-type'] ?? '')
  const nowMs = Date.now()
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString,
    ...(headers.cookie && { cookies: headers.cookie.split('; ') }),
    headers,
    ...(rawQueryString && { queryStringParameters: queryOf(rawQueryString) }),
    requestContext: {
      accountId: '123456789012',
      apiId: API_ID,
      authorizer: claims === undefined ? { iam: SIGNER } : { jwt: { claims, scopes: null } },
      domainName: DOMAIN,
      domainPrefix: API_ID,
      http: {
        method: request.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: headers['user-agent'] ?? '',
      },
      requestId: randomBytes(11).toString('base64'),
      routeKey,
      stage: '$default',
      time: commonLogTime(nowMs),
      timeEpoch: nowMs,
    },
    ...(pathParameters && { pathParameters }),
    ...(body.length > 0 && { body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }),
    isBase64Encoded,
  }
}

function headersOf(request: IncomingMessage): Record<string, string> {
  const { connection: _, host: __, ...sent } = request.headersDistinct
  const joined = Object.entries(sent).map(([name, values]) => [name, values!.join(',')])
  return {
    ...Object.fromEntries(joined),
    host: DOMAIN,
    'x-amzn-trace-id': `Root=1-${Math.floor(Date.now() / 1_000).toString(16)}-${randomBytes(12).toString('hex')}`,
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-port': '443',
    'x-forwarded-proto': 'https',
  }
}

function queryOf(rawQueryString: string): Record<string, string> {
  const query: Record<string, string> = {}
  for (const [name, value] of new URLSearchParams(rawQueryString))
    query[name] = name in query ? `${query[name]},${value}` : value
  return query
}

/** `22/Nov/2026:18:05:41 +0000` */
function commonLogTime(epochMs: number): string {
  const [, day, month, year, time] = new Date(epochMs).toUTCString().split(' ')
  return `${day}/${month}/${year}:${time} +0000`
}

/** Undefined when the function gave nothing that API Gateway can send: the caller sees a plain 500. */
function answerOf({ payload, functionError }: Awaited<ReturnType<Invoke>>): FunctionAnswer | undefined {
  const answer: unknown = JSON.parse(payload)
  if (functionError !== undefined) return undefined
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer))
    return { statusCode: 200, headers: JSON_TYPE, body: typeof answer === 'string' ? answer : payload }
  return answer as FunctionAnswer
}

function send(response: ServerResponse, answer: FunctionAnswer | undefined): void {
  if (answer === undefined) return void response.writeHead(500, JSON_TYPE).end('{"message":"Internal Server Error"}')
  const headers = Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)])
  const cookies = answer.cookies?.length ? { 'set-cookie': answer.cookies } : {}
  response.writeHead(answer.statusCode ?? 200, { ...Object.fromEntries(headers), ...cookies })
  response.end(Buffer.from(answer.body ?? '', answer.isBase64Encoded ? 'base64' : 'utf8'))
}
