/** The HTTP routes of a serverless.yml, and which of them a request is for, as serverless-offline and API Gateway choose. */
import { parse } from 'yaml'

export interface FrontRoute {
  /** As the event carries it: `POST /payments/authorize`, or `$default` for all that no other is for. */
  routeKey: string
  functionKey: string
  /** `functions/api/authorize.handler` */
  handler: string
}

export interface Found {
  route: FrontRoute
  pathParameters: Record<string, string> | null
}

export type FindRoute = (method: string, path: string) => Found | undefined

interface Service {
  functions: Record<
    string,
    { handler: string; events?: Array<{ httpApi?: string | { method: string; path: string } }> }
  >
}

/** `text`: of a serverless.yml. What its variables stand for is of no matter to routes. */
export function routesIn(text: string): FrontRoute[] {
  const { functions } = parse(text) as Service
  return Object.entries(functions).flatMap(([functionKey, { handler, events = [] }]) =>
    events.flatMap(({ httpApi }) =>
      httpApi === undefined ? [] : [{ routeKey: routeKeyOf(httpApi), functionKey, handler }],
    ),
  )
}

const routeKeyOf = (httpApi: string | { method: string; path: string }): string => {
  if (typeof httpApi !== 'string') return `${httpApi.method.toUpperCase()} ${httpApi.path}`
  return httpApi === '*' ? '$default' : httpApi
}

/** A path without parameters comes before one with them. A HEAD goes to the route of its GET. */
export function routeFinder(routes: readonly FrontRoute[]): FindRoute {
  const literal = new Map(
    routes.filter(({ routeKey }) => !routeKey.includes('{')).map(route => [route.routeKey, route]),
  )
  const patterns = routes
    .filter(({ routeKey }) => routeKey.includes('{'))
    .map(route => ({ route, ...patternOf(route.routeKey) }))
  return (method, path) => {
    const asked = method === 'HEAD' ? 'GET' : method
    const exact = literal.get(`${asked} ${path}`)
    if (exact !== undefined) return { route: exact, pathParameters: null }
    const segments = path.split('/')
    for (const pattern of patterns) {
      const pathParameters = pattern.method === asked ? parametersOf(pattern.segments, segments) : undefined
      if (pathParameters !== undefined) return { route: pattern.route, pathParameters }
    }
    const rest = literal.get('$default')
    return rest && { route: rest, pathParameters: { default: path.slice(1) } }
  }
}

function patternOf(routeKey: string): { method: string; segments: string[] } {
  const [method, path] = routeKey.split(' ') as [string, string]
  return { method, segments: path.split('/') }
}

/** Undefined when the path is another's. One that cannot be decoded is nobody's. */
function parametersOf(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined
  const parameters: Record<string, string> = {}
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index]!
    if (!part.startsWith('{')) {
      if (part !== segment) return undefined
      continue
    }
    const value = decoded(segment)
    if (value === undefined || value === '') return undefined
    parameters[part.slice(1, -1)] = value
  }
  return parameters
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
