/**
 * The Serverless plugin of every command but `offline`: what is deployed is closed unless serverless.yml opens it.
 * Every route asks for IAM and has a throttle, every function has a role of its own, and what serves this machine only is left out. The
 * console's routes ask for a token of who signs operators in; where nobody was named who does, they are left out, too.
 * Its resources also watch it: alarms.
 */
import { alarmsOf } from './alarms.ts'
import { connectionProblem } from './connections.ts'
import { type FunctionDefinition, type FunctionEvent, roleOf } from './roles.ts'
import { useOwnTemporaryFolder } from './temporary-folder.ts'
import { stageThrottling, type Throttles } from './throttles.ts'

interface Given {
  standIns: string[]
  kafkaSecretKeyArn?: string
  tracing?: 'xray'
  alarmTopicArn?: string
  /** Who signs operators in, and for whom; both or neither. */
  operatorJwtIssuer?: string
  operatorJwtAudience?: string[]
}

/** What deploy/stages/<stage>.yml says. */
interface Stage {
  throttles: Throttles
  /** Whether there are alarms. */
  alarms?: boolean
  databaseConnections?: number
}

export interface Service {
  service: string
  provider: {
    stage: string
    environment: Record<string, string>
    tracing?: { lambda: boolean }
    httpApi?: { payload?: string; authorizers?: Record<string, unknown> }
  }
  functions: Record<string, FunctionDefinition>
  custom: { deployed: { openRoutes: string[]; offlineOnly: string[] }; settings: { given: Given; stage: Stage } }
  resources?: { Resources?: Record<string, unknown>; extensions?: Record<string, unknown> }
}

/** The logical ids that serverless gives its resources. */
interface Naming {
  getHttpApiRouteLogicalId(route: string): string
}

interface Serverless {
  service: Service
  getProvider(name: 'aws'): { naming: Naming }
  processedInput: { commands: string[] }
  classes: { Error: new (message: string) => Error }
}

export default class Deployed {
  readonly hooks = { initialize: () => this.#prepare() }
  readonly #serverless: Serverless

  constructor(serverless: Serverless) {
    this.#serverless = serverless
  }

  #prepare(): void {
    const { service, processedInput, classes } = this.#serverless
    const refuse = (problem?: string) => {
      if (problem) throw new classes.Error(problem)
    }
    if (makesPackages(processedInput.commands)) useOwnTemporaryFolder()
    refuse(standInProblem(service, processedInput.commands) ?? listProblem(service))
    closeService(service)
    refuse(connectionProblem(service))
    throttleRoutes(service, this.#serverless.getProvider('aws').naming)
    watchService(service)
  }
}

const makesPackages = ([command = '']: string[]): boolean => ['package', 'deploy'].includes(command)

/** A package with example parameters can be looked at, but not deployed. */
function standInProblem({ custom }: Service, [command = '']: string[]): string | undefined {
  const { standIns } = custom.settings.given
  if (command !== 'deploy' || standIns.length === 0) return undefined
  return `stand-ins cannot be deployed; give ${standIns.join(', ')} (--param name=value, docs/deploy.md)`
}

/** A list that names something unknown would open or leave out something else than was meant. */
export function listProblem({ functions, custom }: Service): string | undefined {
  const { openRoutes, offlineOnly } = custom.deployed
  const routes = Object.values(functions).flatMap(({ events }) => events.flatMap(routeOf))
  const route = openRoutes.find(name => !routes.includes(name))
  if (route !== undefined) return `custom.deployed.openRoutes: there is no route "${route}"`
  const key = offlineOnly.find(name => !(name in functions))
  if (key !== undefined) return `custom.deployed.offlineOnly: there is no function "${key}"`
}

/** Changes the service in place. */
export function closeService(service: Service): void {
  const { deployed, settings } = service.custom
  const { openRoutes, offlineOnly } = deployed
  for (const key of offlineOnly) delete service.functions[key]
  guardConsole(service)
  if (settings.given.tracing === 'xray') service.provider = { ...service.provider, tracing: { lambda: true } }
  const roles: Record<string, unknown> = {}
  for (const [key, definition] of Object.entries(service.functions)) {
    definition.role = `${key[0]!.toUpperCase()}${key.slice(1)}Role`
    roles[definition.role] = roleOf(definition, settings.given.kafkaSecretKeyArn, settings.given.tracing)
    definition.events = definition.events.map(event => guarded(event, openRoutes))
  }
  addResources(service, roles)
}

/** The authorizer of the console, by name. */
const OPERATORS = 'operators'
/** By the path: a route of the console cannot be forgotten. */
const isOfConsole = (route: string): boolean => /^\S+ \/operator(\/|$)/.test(route)

/** The console's authorizer; or, where nobody was named who signs operators in, no console. */
function guardConsole(service: Service): void {
  const { operatorJwtIssuer: issuerUrl, operatorJwtAudience: audience } = service.custom.settings.given
  if (issuerUrl === undefined || audience === undefined) {
    for (const [key, { events }] of Object.entries(service.functions))
      if (events.flatMap(routeOf).some(isOfConsole)) delete service.functions[key]
    return
  }
  const identitySource = '$request.header.Authorization'
  const authorizers = { [OPERATORS]: { type: 'jwt', identitySource, issuerUrl, audience } }
  service.provider = { ...service.provider, httpApi: { ...service.provider.httpApi, authorizers } }
  joinConsole(service)
}

/** All routes of the console in one function, which functions/console.ts is. It has what any of them needs, and as many instances as one. */
function joinConsole(service: Service): void {
  const members = Object.entries(service.functions).filter(([, { events }]) =>
    events.flatMap(routeOf).some(isOfConsole),
  )
  for (const [key] of members) delete service.functions[key]
  const definitions = members.map(([, definition]) => definition)
  service.functions.console = {
    ...definitions[0]!,
    name: `${service.service}-${service.provider.stage}-console`,
    handler: 'functions/console.handler',
    environment: Object.assign({}, ...definitions.map(({ environment }) => environment)),
    events: definitions.flatMap(({ events }) => events),
  }
}

/** Changes the service in place. */
export function throttleRoutes(service: Service, naming: Naming): void {
  const { deployed, settings } = service.custom
  const routes = Object.values(service.functions).flatMap(({ events }) => events.flatMap(routeOf))
  const HttpApiStage = stageThrottling(routes, deployed.openRoutes, settings.stage.throttles, route =>
    naming.getHttpApiRouteLogicalId(route),
  )
  service.resources = { ...service.resources, extensions: { ...service.resources?.extensions, HttpApiStage } }
}

/** Changes the service in place. */
export function watchService(service: Service): void {
  const { functions, provider, custom } = service
  if (!custom.settings.stage.alarms) return
  const namespace = provider.environment.METRICS_NAMESPACE
  if (namespace === undefined) throw new Error('provider.environment has no METRICS_NAMESPACE for the alarms')
  const prefix = `${service.service}-${provider.stage}`
  addResources(service, alarmsOf({ prefix, functions, namespace, topicArn: custom.settings.given.alarmTopicArn }))
}

function addResources(service: Service, resources: Record<string, unknown>): void {
  service.resources = { ...service.resources, Resources: { ...service.resources?.Resources, ...resources } }
}

function guarded(event: FunctionEvent, openRoutes: string[]): FunctionEvent {
  const [route] = routeOf(event)
  if (route === undefined || openRoutes.includes(route)) return event
  const [method, path] = route === '*' ? ['*', '*'] : route.split(' ')
  const authorizer = isOfConsole(route) ? { name: OPERATORS } : { type: 'aws_iam' }
  return { ...event, httpApi: { method: method!, path: path!, authorizer } }
}

function routeOf({ httpApi }: FunctionEvent): string[] {
  if (httpApi === undefined) return []
  if (typeof httpApi === 'string') return [httpApi]
  return [httpApi.path === '*' ? '*' : `${httpApi.method} ${httpApi.path}`]
}
