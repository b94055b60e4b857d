/** Finds the Kafka mappings that are written out under `resources` as `AWS::Lambda::EventSourceMapping`, and their functions. */
import type { EventEntry, EventKind, MappingNaming, ServiceView } from './event-entries.ts'
import { ownOf, type ResourcesView } from './mapping.ts'
import { isMap, isNothing } from './setting.ts'

export interface WrittenMappings {
  /** As if an event had made them. */
  entries: EventEntry[]
  /** Of those that are left out: their functions are another stack's, or known to CloudFormation only. */
  warnings: string[]
}

/** Those that no event has made: a resource of an event's own name is a part of that event's mapping. */
export function writtenMappings(
  service: ServiceView,
  naming: MappingNaming,
  stage: string,
  resources: ResourcesView,
  events: EventEntry[],
): WrittenMappings {
  const functionKeys = functionKeysOf(service, naming, stage)
  const ofEvents = new Set(events.map(({ logicalId }) => logicalId))
  const entries: EventEntry[] = []
  const warnings: string[] = []
  for (const logicalId of Object.keys(resources.Resources)) {
    const properties = propertiesOf(logicalId, resources)
    if (ofEvents.has(logicalId) || !isKafka(properties)) continue
    const functionKey = functionKeyOf(properties.FunctionName, functionKeys, resources.Resources)
    if (functionKey === undefined) warnings.push(leftOut(logicalId, properties))
    else entries.push({ functionKey, kind: kindOf(properties), entry: {}, logicalId, isWrittenOut: true })
  }
  return { entries, warnings }
}

const leftOut = (logicalId: string, { FunctionName }: Record<string, unknown>): string =>
  `resources.Resources.${logicalId} is not read: its FunctionName ${JSON.stringify(FunctionName)} is no function of this service`

/** Whether properties are a Kafka mapping's. Mappings of queues and streams have none of these. */
export function isKafka(properties: Record<string, unknown>): boolean {
  const own = [
    'Topics',
    'SelfManagedEventSource',
    'SelfManagedKafkaEventSourceConfig',
    'AmazonManagedKafkaEventSourceConfig',
  ]
  return (
    own.some(property => !isNothing(properties[property])) ||
    /^arn:[\w-]+:kafka:/.test(String(properties.EventSourceArn))
  )
}

/** As they are deployed: a property of an extension replaces the resource's. */
function propertiesOf(logicalId: string, { Resources, extensions }: ResourcesView): Record<string, unknown> {
  const [resource, extension] = [Resources[logicalId], ownOf(extensions, logicalId)]
  if (!isMap(resource) || resource.Type !== 'AWS::Lambda::EventSourceMapping') return {}
  const partOf = (definition: unknown) =>
    isMap(definition) && isMap(definition.Properties) ? definition.Properties : {}
  return { ...partOf(resource), ...partOf(extension) }
}

function kindOf(properties: Record<string, unknown>): EventKind {
  if (!isNothing(properties.SelfManagedEventSource)) return 'kafka'
  const isManaged = !isNothing(properties.EventSourceArn) || !isNothing(properties.AmazonManagedKafkaEventSourceConfig)
  return isManaged ? 'msk' : 'kafka'
}

/** By everything that names a function in the template: what it is called when deployed, its resource, its aliases. */
function functionKeysOf(
  { functions, service }: ServiceView,
  naming: MappingNaming,
  stage: string,
): Map<string, string> {
  return new Map(
    Object.entries(functions ?? {}).flatMap(([functionKey, definition]) => {
      const resource = naming.getLambdaLogicalId(functionKey)
      const aliases = ['ProvConc', 'SnapStart', 'Durable'].map(kind =>
        resource.replace(/LambdaFunction$/, `${kind}LambdaAlias`),
      )
      const deployedName = definition?.name ?? [service, stage, functionKey].join('-')
      return [deployedName, ...[resource, ...aliases].map(placeholderOf)].map(name => [name, functionKey] as const)
    }),
  )
}

/** Follows aliases and versions that are written out themselves to the function that they are of. */
function functionKeyOf(
  functionName: unknown,
  functionKeys: Map<string, string>,
  resources: Record<string, unknown>,
): string | undefined {
  const [, name] = /^(?:.*:function:)?([^:]+)(?::[^:]+)?$/.exec(templateTextOf(functionName) ?? '') ?? []
  if (name === undefined) return
  const { [name.replace(/^\$\{|\}$/g, '')]: resource, ...others } = resources
  const { Type, Properties } = isMap(resource) ? resource : {}
  if (isMap(Properties) && (Type === 'AWS::Lambda::Alias' || Type === 'AWS::Lambda::Version'))
    return functionKeyOf(Properties.FunctionName, functionKeys, others)
  return functionKeys.get(name)
}

const placeholderOf = (reference: string): string => `\${${reference}}`

/** A value as one text, with `${Name}` for what CloudFormation fills in; the ARN of a resource stands as its name. */
function templateTextOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!isMap(value)) return
  const { Ref: ref, 'Fn::GetAtt': attribute, 'Fn::Sub': substituted, 'Fn::Join': joined } = value
  if (typeof ref === 'string') return placeholderOf(ref)
  if (attribute !== undefined)
    return placeholderOf(
      [attribute]
        .flat()
        .join('.')
        .replace(/\.Arn$/, ''),
    )
  if (substituted !== undefined) return substitutedText(substituted)
  if (Array.isArray(joined) && Array.isArray(joined[1])) return joined[1].map(templateTextOf).join(String(joined[0]))
}

/** `Fn::Sub` is a text, or a text and what some of its names stand for. */
function substitutedText(substituted: unknown): string {
  const [text, variables] = Array.isArray(substituted) ? substituted : [substituted]
  return String(text).replace(/\$\{([\w.:]+)\}/g, (_, name: string) => {
    const given = isMap(variables) ? ownOf(variables, name) : undefined
    return (given === undefined ? undefined : templateTextOf(given)) ?? placeholderOf(name.replace(/\.Arn$/, ''))
  })
}
