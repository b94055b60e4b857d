/**
 * The Serverless plugin of every command but `offline`: what is deployed is closed unless serverless.yml opens it.
 * Every route asks for IAM, every function has a role of its own, and what serves this machine only is left out.
 */
import { type FunctionDefinition, type FunctionEvent, roleOf } from './roles.ts'

interface Given {
  standIns: string[]
  kafkaSecretKeyArn?: string
  tracing?: 'xray'
}

export interface Service {
  functions: Record<string, FunctionDefinition>
  provider?: { tracing?: { lambda: boolean } }
  custom: { deployed: { openRoutes: string[]; offlineOnly: string[] }; settings: { given: Given } }
  resources?: { Resources?: Record<string, unknown> }
}

interface Serverless {
  service: Service
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
    const problem = standInProblem(service, processedInput.commands) ?? listProblem(service)
    if (problem) throw new classes.Error(problem)
    closeService(service)
  }
}

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
  if (settings.given.tracing === 'xray') service.provider = { ...service.provider, tracing: { lambda: true } }
  const roles: Record<string, unknown> = {}
  for (const [key, definition] of Object.entries(service.functions)) {
    definition.role = `${key[0]!.toUpperCase()}${key.slice(1)}Role`
    roles[definition.role] = roleOf(definition, settings.given.kafkaSecretKeyArn, settings.given.tracing)
    definition.events = definition.events.map(event => guarded(event, openRoutes))
  }
  service.resources = { ...service.resources, Resources: { ...service.resources?.Resources, ...roles } }
}

function guarded(event: FunctionEvent, openRoutes: string[]): FunctionEvent {
  const [route] = routeOf(event)
  if (route === undefined || openRoutes.includes(route)) return event
  const [method, path] = route === '*' ? ['*', '*'] : route.split(' ')
  return { ...event, httpApi: { method: method!, path: path!, authorizer: { type: 'aws_iam' } } }
}

function routeOf({ httpApi }: FunctionEvent): string[] {
  if (httpApi === undefined) return []
  return [typeof httpApi === 'string' ? httpApi : `${httpApi.method} ${httpApi.path}`]
}
