/** Finds the `kafka` and `msk` events of a service, and refuses in them what the framework's schema does not have. */
import { isMap, Setting } from './setting.ts'
import { hasParts, listOf, textOf, wholeNumberOf } from './values.ts'

export type EventKind = 'kafka' | 'msk'

/** The part of a Serverless service that is read here. */
export interface ServiceView {
  custom?: Record<string, unknown>
  functions?: Record<string, { events?: unknown[]; name?: string; timeout?: number } | undefined | null>
  provider?: { name?: string; timeout?: number }
  resources?: unknown
  service?: string
}

/** The framework's own names in the template: `serverless.getProvider('aws').naming`. */
export interface MappingNaming {
  getKafkaEventLogicalId(functionKey: string, topic: string): string
  getLambdaLogicalId(functionKey: string): string
  getMSKEventLogicalId(functionKey: string, clusterName: string, topic: string): string
}

export interface EventEntry {
  functionKey: string
  kind: EventKind
  /** Without anything when the mapping is written out under `resources`. */
  entry: Record<string, unknown>
  /** Absent when the entry does not say enough to have one. */
  logicalId?: string
  isWrittenOut?: true
}

const sharedKeys = [
  'batchSize',
  'consumerGroupId',
  'enabled',
  'filterPatterns',
  'maximumBatchingWindow',
  'provisionedPollerConfig',
  'startingPosition',
  'startingPositionTimestamp',
  'topic',
] as const
export const entryKeys: Record<EventKind, readonly string[]> = {
  kafka: [...sharedKeys, 'accessConfigurations', 'bootstrapServers', 'onFailureDestination'],
  msk: [...sharedKeys, 'arn', 'saslScram512'],
}
const requiredKeys: Record<EventKind, readonly string[]> = {
  kafka: ['accessConfigurations', 'bootstrapServers', 'topic'],
  msk: ['arn', 'topic'],
}
const pollerKeys = ['minimumPollers', 'maximumPollers'] as const

const secretPattern = /arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d+:secret:[A-Za-z0-9/_+=.@-]+/
/** What deployed pollers need to reach the brokers; here nothing follows from it. */
export const accessConfigurations: Record<string, { type: string; prefix: string; pattern: RegExp }> = {
  vpcSubnet: { type: 'VPC_SUBNET', prefix: 'subnet:', pattern: /subnet-[a-z0-9]+/ },
  vpcSecurityGroup: { type: 'VPC_SECURITY_GROUP', prefix: 'security_group:', pattern: /sg-[a-z0-9]+/ },
  saslPlainAuth: { type: 'BASIC_AUTH', prefix: '', pattern: secretPattern },
  saslScram256Auth: { type: 'SASL_SCRAM_256_AUTH', prefix: '', pattern: secretPattern },
  saslScram512Auth: { type: 'SASL_SCRAM_512_AUTH', prefix: '', pattern: secretPattern },
  clientCertificateTlsAuth: { type: 'CLIENT_CERTIFICATE_TLS_AUTH', prefix: '', pattern: secretPattern },
  serverRootCaCertificate: { type: 'SERVER_ROOT_CA_CERTIFICATE', prefix: '', pattern: secretPattern },
}

/** Every entry with its name in the template. Refuses what is wrong with an entry as such; most values are read with the mapping. */
export function readEntries(
  service: ServiceView,
  naming: MappingNaming,
  refuse: (problem: string) => void,
): EventEntry[] {
  return findEntries(service).map(({ functionKey, kind, value }) => {
    const nameOf = (path: string) => `function ${functionKey}: ${[kind, path].filter(Boolean).join('.')}`
    const given = new Setting(isMap(value) ? withoutNull(value) : value, '', { nameOf, refuse })
    checkEntry(kind, given)
    const entry = isMap(given.value) ? given.value : {}
    return { functionKey, kind, entry, logicalId: logicalIdOf(functionKey, kind, entry, naming) }
  })
}

function findEntries({ functions }: ServiceView): { functionKey: string; kind: EventKind; value: unknown }[] {
  return Object.entries(functions ?? {}).flatMap(([functionKey, definition]) =>
    (definition?.events ?? []).flatMap(event =>
      (['kafka', 'msk'] as const).flatMap(kind =>
        isMap(event) && Object.hasOwn(event, kind) ? [{ functionKey, kind, value: event[kind] }] : [],
      ),
    ),
  )
}

/** To the framework a key without a value is one that is not there. */
const withoutNull = (entry: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value != null))

function checkEntry(kind: EventKind, entry: Setting): void {
  if (!hasParts(entry, entryKeys[kind])) return
  for (const key of requiredKeys[kind]) if (!entry.part(key).isGiven) entry.part(key).refuse('is missing')
  // The framework leaves an empty text out: most likely a variable that is not set.
  for (const key of ['topic', 'consumerGroupId', 'onFailureDestination']) textOf(entry.part(key))
  const patterns = entry.part('filterPatterns')
  if (patterns.isGiven && listOf(patterns).length === 0) patterns.refuse('must be a list of at least one pattern')
  checkAccess(entry.part('accessConfigurations'))
  checkPollers(kind, entry.part('provisionedPollerConfig'))
  if (kind === 'msk') checkCluster(entry)
}

function checkAccess(access: Setting): void {
  if (!hasParts(access, Object.keys(accessConfigurations))) return
  const given = Object.entries(accessConfigurations).filter(([key]) => access.part(key).isGiven)
  if (given.length === 0) access.refuse(`must have at least one of ${Object.keys(accessConfigurations).join(', ')}`)
  for (const [key, { pattern }] of given) {
    const list = access.part(key)
    if (listOf(list).length === 0 && Array.isArray(list.value)) list.refuse('must not be empty')
    for (const one of list.items()) if (!pattern.test(textOf(one) ?? '')) one.refuse(`must match ${pattern.source}`)
  }
  const [subnet, securityGroup] = [access.part('vpcSubnet'), access.part('vpcSecurityGroup')]
  if (subnet.isGiven && !securityGroup.isGiven) subnet.refuse('must come with vpcSecurityGroup')
  if (securityGroup.isGiven && !subnet.isGiven) securityGroup.refuse('must come with vpcSubnet')
}

function checkPollers(kind: EventKind, pollers: Setting): void {
  if (!hasParts(pollers, pollerKeys)) return
  // The framework would deploy an empty msk one, and AWS takes that for none at all.
  if (pollerKeys.every(key => !pollers.part(key).isGiven)) pollers.refuse(`must have ${pollerKeys.join(' or ')}`)
  if (kind === 'kafka') return
  for (const key of pollerKeys) wholeNumberOf(pollers.part(key), { min: 1, max: 1000 })
}

function checkCluster(entry: Setting): void {
  const [arn, secret] = [entry.part('arn'), entry.part('saslScram512')]
  if (arn.isGiven && clusterNameIn(arn.value) === undefined)
    arn.refuse('must be a Ref, an Fn::ImportValue or an ARN: arn:aws:kafka:<region>:<account>:cluster/<name>/<id>')
  if (secret.isGiven && !/^arn:/.test(textOf(secret) ?? 'arn:')) secret.refuse('must be an ARN')
}

/** What the framework puts into the name of an msk mapping. */
function clusterNameIn(arn: unknown): string | undefined {
  if (typeof arn === 'string') return arn.startsWith('arn:') ? arn.split('/')[1] : undefined
  const name = isMap(arn) ? (arn['Fn::ImportValue'] ?? arn.Ref) : undefined
  return typeof name === 'string' ? name : undefined
}

function logicalIdOf(
  functionKey: string,
  kind: EventKind,
  { topic, arn }: Record<string, unknown>,
  naming: MappingNaming,
): string | undefined {
  if (typeof topic !== 'string') return
  if (kind === 'kafka') return naming.getKafkaEventLogicalId(functionKey, topic)
  const clusterName = clusterNameIn(arn)
  return clusterName === undefined ? undefined : naming.getMSKEventLogicalId(functionKey, clusterName, topic)
}
