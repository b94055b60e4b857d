/** The packaged service, deployed on this machine: every function in its own process, HTTP through an API Gateway, Kafka by hand. */
import { join } from 'node:path'
import { ApiGateway } from './api-gateway.ts'
import type { FunctionSettings, Invocation } from './execution-environment.ts'
import { type Delivery, EventSourceMapping } from './kafka-trigger.ts'
import { LambdaFunction } from './lambda-function.ts'
import { type PackagedFunction, type PackagedService, readPackage } from './packaged-service.ts'

export interface Services {
  databaseUrl: string
  kafkaBrokers: string
  redisUrl: string
  acquirerUrl: string
  bankUrl: string
}

export interface DeployOptions extends Services {
  packageFolder: string
  logsFolder: string
}

/** What a test changes about a function's configuration; a changed function is another one, with processes of its own. */
export interface Changes extends Partial<Pick<FunctionSettings, 'timeoutMs'>> {
  environment?: Record<string, string>
}

export class DeployedService {
  readonly #service: PackagedService
  readonly #logsFolder: string
  readonly #mappings: EventSourceMapping[]
  readonly #functions = new Map<string, LambdaFunction>()
  #gateway!: ApiGateway

  private constructor(service: PackagedService, logsFolder: string, mappings: EventSourceMapping[]) {
    this.#service = service
    this.#logsFolder = logsFolder
    this.#mappings = mappings
  }

  static async deploy({ packageFolder, logsFolder, ...services }: DeployOptions): Promise<DeployedService> {
    const packaged = readPackage(packageFolder, replacementsFor(services))
    const brokers = services.kafkaBrokers.split(',')
    const groups = [...Map.groupBy(packaged.triggers, ({ groupId }) => groupId).values()]
    const mappings = await Promise.all(groups.map(triggers => EventSourceMapping.start(brokers, triggers)))
    const service = new DeployedService(packaged, logsFolder, mappings)
    for (const fn of packaged.functions) service.#functions.set(fn.key, await service.#deploy(fn))
    service.#gateway = await ApiGateway.listen(packaged.routes, (key, event) => service.function(key).invoke(event))
    return service
  }

  /** Where the HTTP routes answer. */
  get url(): string {
    return this.#gateway.url
  }

  function(key: string): LambdaFunction {
    const found = this.#functions.get(key)
    if (found === undefined) throw new Error(`${key} is not packaged: ${[...this.#functions.keys()].join(', ')}`)
    return found
  }

  /** Replaces a function by one with other settings, as a new deployment would: its environments are gone. */
  async redeploy(key: string, changes: Changes = {}): Promise<LambdaFunction> {
    await this.function(key).close()
    const packaged = this.#service.functions.find(fn => fn.key === key)!
    const { settings } = packaged
    const environment = { ...settings.environment, ...changes.environment }
    const fn = await this.#deploy({ ...packaged, settings: { ...settings, ...changes, environment } })
    this.#functions.set(key, fn)
    return fn
  }

  /** What waits in the topics of a function's triggers, as AWS would bring it. Throws when the function fails. */
  async deliverTo(key: string): Promise<Delivery> {
    const mappings = this.#mappings.filter(({ functionKey }) => functionKey === key)
    if (mappings.length === 0) throw new Error(`${key} has no Kafka trigger`)
    const delivery: Delivery = { records: 0, invocations: [] }
    for (const mapping of mappings) {
      const { records, invocations } = await mapping.deliver(event => this.function(key).invoke(event))
      delivery.records += records
      delivery.invocations.push(...invocations)
    }
    const failed = delivery.invocations.find(({ functionError }) => functionError !== undefined)
    if (failed !== undefined) throw new Error(`${key} failed: ${failed.payload}`)
    return delivery
  }

  /** A scheduled function, run now. */
  async runJob(key: string): Promise<Invocation> {
    return this.function(key).invoke(scheduledEvent())
  }

  recordCount(topic: string): Promise<number> {
    return this.#mappings[0]!.count(topic)
  }

  async close(): Promise<void> {
    await this.#gateway.close()
    await Promise.all([...this.#functions.values()].map(fn => fn.close()))
    await Promise.all(this.#mappings.map(mapping => mapping.stop()))
  }

  #deploy({ key, settings, zipFile }: PackagedFunction): Promise<LambdaFunction> {
    return LambdaFunction.deploy({ settings, zipFile, logFile: join(this.#logsFolder, `lambda-${key}.log`) })
  }
}

/** The services of this machine take no TLS and no passwords beside those in their addresses. */
const replacementsFor = ({ databaseUrl, kafkaBrokers, redisUrl, acquirerUrl, bankUrl }: Services) => ({
  DATABASE_URL: databaseUrl,
  KAFKA_BROKERS: kafkaBrokers,
  REDIS_URL: redisUrl,
  ACQUIRER_URL: acquirerUrl,
  BANK_URL: bankUrl,
  KAFKA_SSL: 'false',
  KAFKA_SASL_MECHANISM: '',
  KAFKA_SASL_LOGIN: '',
  SERVICE_URLS: JSON.stringify({ DATABASE_URL: databaseUrl, REDIS_URL: redisUrl }),
})

/** EventBridge's event for a rule with a rate. */
const scheduledEvent = () => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '123456789012',
  time: new Date().toISOString().replace(/\.\d+/, ''),
  region: 'ap-northeast-2',
  resources: ['arn:aws:events:ap-northeast-2:123456789012:rule/each-minute'],
  detail: {},
})
