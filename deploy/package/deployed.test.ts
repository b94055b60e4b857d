/** What the plugin closes, and which lists it refuses. */
import { describe, expect, test } from '@jest/globals'
import { closeService, listProblem, type Service, throttleRoutes, watchService } from './deployed.ts'

const throttles = {
  mutations: { perSecond: 3, burst: 4 },
  reads: { perSecond: 5, burst: 6 },
  open: { perSecond: 1, burst: 2 },
}

const serviceOf = (deployed: Partial<Service['custom']['deployed']> = {}): Service => ({
  service: 'x',
  provider: { stage: 'dev', environment: { METRICS_NAMESPACE: 'x-dev' } },
  functions: {
    pay: { name: 'x-dev-pay', events: [{ httpApi: 'POST /pay' }, { httpApi: { method: 'GET', path: '/pay' } }] },
    health: { name: 'x-dev-health', events: [{ httpApi: 'GET /live' }, { httpApi: 'GET /ready' }] },
    inside: { name: 'x-dev-inside', events: [{ httpApi: 'GET /inside' }] },
    look: { name: 'x-dev-look', events: [{ httpApi: 'GET /operator/look' }] },
    act: { name: 'x-dev-act', events: [{ httpApi: { method: 'POST', path: '/operator/act' } }] },
    rest: { name: 'x-dev-rest', events: [{ httpApi: '*' }] },
    work: { name: 'x-dev-work', events: [{ schedule: 'rate(1 minute)' }] },
  },
  custom: {
    deployed: { openRoutes: ['GET /live'], offlineOnly: ['inside'], ...deployed },
    settings: { given: { standIns: [] }, stage: { throttles } },
  },
  resources: { Resources: { Own: {} } },
})

const withXRay = (): Service => {
  const service = serviceOf()
  service.custom.settings.given.tracing = 'xray'
  return service
}

const closed = (service = serviceOf()) => {
  closeService(service)
  return service
}
const iam = { type: 'aws_iam' }

describe('closeService', () => {
  test('every route asks for IAM, but those that are open by name', () => {
    const { pay, health, rest, work } = closed().functions

    expect(pay!.events).toEqual([
      { httpApi: { method: 'POST', path: '/pay', authorizer: iam } },
      { httpApi: { method: 'GET', path: '/pay', authorizer: iam } },
    ])
    expect(health!.events).toEqual([
      { httpApi: 'GET /live' },
      { httpApi: { method: 'GET', path: '/ready', authorizer: iam } },
    ])
    expect(rest!.events).toEqual([{ httpApi: { method: '*', path: '*', authorizer: iam } }])
    expect(work!.events).toEqual([{ schedule: 'rate(1 minute)' }])
  })

  test('what serves this machine only is left out', () => {
    expect(Object.keys(closed().functions)).toEqual(['pay', 'health', 'rest', 'work'])
  })

  test('every function has a role of its own, beside what is there', () => {
    const { functions, resources } = closed()

    expect(Object.values(functions).map(it => it.role)).toEqual(['PayRole', 'HealthRole', 'RestRole', 'WorkRole'])
    expect(Object.keys(resources!.Resources!)).toEqual(['Own', 'PayRole', 'HealthRole', 'RestRole', 'WorkRole'])
  })

  test('functions are traced by X-Ray when it is asked for, and may send it their segments', () => {
    const { provider, resources } = closed(withXRay())

    expect(provider.tracing).toEqual({ lambda: true })
    expect(JSON.stringify(resources!.Resources!.PayRole)).toContain('xray:PutTraceSegments')
    expect(closed().provider.tracing).toBeUndefined()
  })
})

describe('the routes of the console', () => {
  const operators = { operatorJwtIssuer: 'https://issuer.example', operatorJwtAudience: ['console'] }
  const named = (given: object = operators) => {
    const service = serviceOf()
    Object.assign(service.custom.settings.given, given)
    return closed(service)
  }

  test('are left out, unless somebody is named who signs operators in, and for whom', () => {
    const { operatorJwtIssuer, operatorJwtAudience } = operators
    for (const given of [{}, { operatorJwtIssuer }, { operatorJwtAudience }]) {
      const { functions, provider } = named(given)

      expect(Object.keys(functions)).toEqual(['pay', 'health', 'rest', 'work'])
      expect(provider.httpApi?.authorizers).toBeUndefined()
    }
  })

  test('ask for a token of theirs, and no other route does', () => {
    const { functions, provider } = named()
    const authorizer = { name: 'operators' }

    expect(functions.console!.events).toEqual([
      { httpApi: { method: 'GET', path: '/operator/look', authorizer } },
      { httpApi: { method: 'POST', path: '/operator/act', authorizer } },
    ])
    expect(functions.pay!.events).toEqual(closed().functions.pay!.events)
    expect(provider.httpApi!.authorizers).toEqual({
      operators: {
        type: 'jwt',
        identitySource: '$request.header.Authorization',
        issuerUrl: 'https://issuer.example',
        audience: ['console'],
      },
    })
  })

  test('are one function, which has what each of them has', () => {
    const service = serviceOf()
    Object.assign(service.custom.settings.given, operators)
    service.functions.look!.environment = { A: 'a', B: 'b' }
    service.functions.look!.reservedConcurrency = 10
    service.functions.act!.environment = { B: 'b', C: 'c' }
    const { functions, resources } = closed(service)

    expect(Object.keys(functions)).toEqual(['pay', 'health', 'rest', 'work', 'console'])
    expect(functions.console).toMatchObject({
      ...{ name: 'x-dev-console', handler: 'functions/console.handler', role: 'ConsoleRole' },
      ...{ environment: { A: 'a', B: 'b', C: 'c' }, reservedConcurrency: 10 },
    })
    expect(JSON.stringify(resources!.Resources!.ConsoleRole)).toContain('x-dev-console')
  })

  test('are not what only begins likewise', () => {
    const service = serviceOf()
    service.functions.work!.events = [{ httpApi: 'GET /operators' }]

    expect(closed(service).functions.work!.events).toEqual([
      { httpApi: { method: 'GET', path: '/operators', authorizer: iam } },
    ])
  })
})

describe('throttleRoutes', () => {
  test('each route that changes something and each open one has a throttle of its own, and the stage waits for them', () => {
    const service = closed()
    throttleRoutes(service, { getHttpApiRouteLogicalId: route => `Route ${route}` })
    const of = (perSecond: number, burst: number) => ({
      ThrottlingRateLimit: perSecond,
      ThrottlingBurstLimit: burst,
      DetailedMetricsEnabled: false,
    })

    expect(service.resources!.extensions).toEqual({
      HttpApiStage: {
        Properties: {
          DefaultRouteSettings: of(5, 6),
          RouteSettings: { 'POST /pay': of(3, 4), 'GET /live': of(1, 2) },
        },
        DependsOn: ['Route POST /pay', 'Route GET /live'],
      },
    })
  })
})

describe('watchService', () => {
  const alarms = (service: Service) =>
    Object.keys(service.resources!.Resources!).filter(id => id.endsWith('Alarm') && !id.startsWith('Api'))

  test('adds alarms where the stage says so, to what was closed', () => {
    const service = closed()
    service.custom.settings.stage.alarms = true
    watchService(service)

    expect(alarms(service)).toEqual(expect.arrayContaining(['PayErrorsAlarm', 'WorkThrottlesAlarm']))
    expect(alarms(service).filter(id => id.startsWith('Inside'))).toEqual([])
  })

  test('adds none elsewhere', () => {
    const service = closed()
    watchService(service)

    expect(alarms(service)).toEqual([])
  })

  test('refuses alarms on figures that nothing says the namespace of', () => {
    const service = closed()
    service.custom.settings.stage.alarms = true
    service.provider.environment = {}

    expect(() => watchService(service)).toThrow('METRICS_NAMESPACE')
  })
})

describe('listProblem', () => {
  test('lists that name what is there are fine', () => {
    expect(listProblem(serviceOf())).toBeUndefined()
  })

  // A renamed route would be closed, a renamed function would be deployed.
  test.each([
    [{ openRoutes: ['GET /alive'] }, 'custom.deployed.openRoutes: there is no route "GET /alive"'],
    [{ offlineOnly: ['metric'] }, 'custom.deployed.offlineOnly: there is no function "metric"'],
  ])('%j is refused', (lists, problem) => {
    expect(listProblem(serviceOf(lists))).toBe(problem)
  })
})
