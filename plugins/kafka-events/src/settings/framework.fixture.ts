/** Runs the framework's own compiling of Kafka events for tests: what it would put into the template, or its error. */
import { createRequire } from 'node:module'
import type { EventKind, MappingNaming, ServiceView } from './event-entries.ts'

const require = createRequire(import.meta.url)
const aws = 'serverless/lib/plugins/aws'
const Service = require('serverless/lib/classes/service.js')
const compilers = {
  kafka: require(`${aws}/package/compile/events/kafka.js`),
  msk: require(`${aws}/package/compile/events/msk/index.js`),
}
const { mergeCustomProviderResources } = require(`${aws}/package/lib/merge-custom-provider-resources.js`)
const { stripNullPropsFromTemplateResources } = require(
  `${aws}/package/lib/strip-null-props-from-template-resources.js`,
)

/** The definitions that the schemas below refer to. */
export function schemaDefinitions(): Record<string, object> {
  const AwsProvider = require(`${aws}/provider.js`)
  let definitions = {}
  const configSchemaHandler = {
    defineProvider: (_name: 'aws', schema: { definitions: object }) => {
      definitions = schema.definitions
    },
  }
  new AwsProvider({ setProvider() {}, service: { provider: { name: 'aws' } }, configSchemaHandler }, {})
  return definitions
}

/** The framework's own JSON schema validator. */
export const Ajv = createRequire(require.resolve('serverless/package.json'))('ajv').default

export const naming: MappingNaming = require(`${aws}/lib/naming.js`)

type Properties = Record<string, unknown>

/** The properties of each mapping, by its logical id, without those that say which function is meant. */
export function compile(service: ServiceView): Record<string, Properties> {
  const serverless = serverlessOf(service)
  new compilers.kafka(serverless).compileKafkaEvents()
  new compilers.msk(serverless).compileMSKEvents()
  mergeCustomProviderResources.call({ serverless })
  stripNullPropsFromTemplateResources.call({ serverless })
  const resources: Record<string, { Properties: Properties }> =
    serverless.service.provider.compiledCloudFormationTemplate.Resources
  return Object.fromEntries(
    Object.entries(resources).map(
      ([
        logicalId,
        {
          Properties: { FunctionName: _, ...properties },
        },
      ]) => [
        logicalId,
        // As the template is written: without what is undefined.
        JSON.parse(JSON.stringify(properties)),
      ],
    ),
  )
}

/** The service as it is when a plugin is asked: arrays of maps are merged. */
export function loaded(service: ServiceView): ServiceView {
  const { functions, resources } = structuredClone(service)
  const view = { functions, resources }
  Service.prototype.mergeArrays.call(view)
  return { ...structuredClone(service), ...view }
}

/** The JSON schemas that the framework gives to the entries. */
export function entrySchemas(): Record<EventKind, { properties: Record<string, object> }> {
  const schemas: Partial<Record<EventKind, { properties: Record<string, object> }>> = {}
  const serverless = serverlessOf({}, (kind, schema) => {
    schemas[kind] = schema
  })
  for (const Compiler of Object.values(compilers)) new Compiler(serverless)
  return schemas as Required<typeof schemas>
}

function serverlessOf(
  service: ServiceView,
  defineFunctionEvent: (kind: EventKind, schema: { properties: Record<string, object> }) => void = () => {},
) {
  const view = loaded(service)
  return {
    service: {
      ...view,
      provider: { compiledCloudFormationTemplate: { Resources: {} } },
      getAllFunctions: () => Object.keys(view.functions ?? {}),
      getFunction: (functionKey: string) => ({ events: [], ...view.functions?.[functionKey] }),
    },
    configSchemaHandler: {
      defineFunctionEvent: (_provider: 'aws', kind: EventKind, schema: { properties: Record<string, object> }) =>
        defineFunctionEvent(kind, schema),
    },
    getProvider: () => ({ naming, resolveFunctionIamRoleResourceName: () => 'Role' }),
  }
}
