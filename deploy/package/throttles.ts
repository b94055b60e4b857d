/** How often the routes of the API may be called: what is more is refused by API Gateway, and reaches no function. */

/** A token bucket of each route: `burst` requests at once, and `perSecond` ever after. */
export interface Throttle {
  perSecond: number
  burst: number
}

export interface Throttles {
  mutations: Throttle
  /** Each route that is none of the others. */
  reads: Throttle
  open: Throttle
}

/** `routes` as serverless.yml writes them. `logicalIdOf` is that of a route's resource. */
export function stageThrottling(
  routes: readonly string[],
  openRoutes: readonly string[],
  throttles: Throttles,
  logicalIdOf: (route: string) => string,
) {
  const own = routes.flatMap(route => {
    const throttle = ownThrottle(route, openRoutes, throttles)
    return throttle === undefined ? [] : [{ route, settings: settingsOf(throttle) }]
  })
  return {
    Properties: {
      DefaultRouteSettings: settingsOf(throttles.reads),
      RouteSettings: Object.fromEntries(own.map(({ route, settings }) => [route, settings])),
    },
    // CloudFormation does not see that these settings name routes, and API Gateway refuses those of a route that is not there yet.
    DependsOn: own.map(({ route }) => logicalIdOf(route)),
  }
}

function ownThrottle(route: string, openRoutes: readonly string[], { open, mutations }: Throttles) {
  if (openRoutes.includes(route)) return open
  return route.startsWith('GET ') || route === '*' ? undefined : mutations
}

const settingsOf = ({ perSecond, burst }: Throttle) => ({
  ThrottlingRateLimit: perSecond,
  ThrottlingBurstLimit: burst,
  // A metric for each route, which costs; the API as a whole has its metrics without.
  DetailedMetricsEnabled: false,
})
