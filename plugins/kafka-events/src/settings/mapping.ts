/** Lays what `resources` says of a mapping over what its entry says, property by property, as the framework does. */
import { entryNameOf, propertiesOf } from './entry-properties.ts'
import type { EventEntry } from './event-entries.ts'
import { isMap, isNothing, type Origin, Setting } from './setting.ts'
import { hasParts } from './values.ts'

/** The properties of one `AWS::Lambda::EventSourceMapping`, each with its place in `serverless.yml`. */
export class Mapping {
  readonly #settings = new Map<string, Setting>()
  readonly #overlaid = new Set<string>()
  readonly #origin: Origin

  /** Where the properties stand, and those that nobody gives would. */
  constructor(properties: Record<string, unknown>, origin: Origin) {
    this.#origin = origin
    for (const [property, value] of Object.entries(properties)) this.#set(property, value, origin)
  }

  overlay(property: string, value: unknown, origin: Origin): void {
    this.#overlaid.add(property)
    this.#set(property, value, origin)
  }

  isOverlaid(property: string): boolean {
    return this.#overlaid.has(property)
  }

  /** The property; one without a value when nothing says it. */
  of(property: string): Setting {
    return this.#settings.get(property) ?? new Setting(undefined, property, this.#origin)
  }

  #set(property: string, value: unknown, origin: Origin): void {
    this.#settings.set(property, new Setting(isNothing(value) ? undefined : value, property, origin))
  }

  get given(): [property: string, setting: Setting][] {
    return [...this.#settings].filter(([, setting]) => setting.isGiven)
  }
}

/** The part of `resources` that this reads. The framework has merged an array of maps into one before any plugin is asked. */
export interface ResourcesView {
  Resources: Record<string, unknown>
  extensions: Record<string, unknown>
}

export function resourcesOf(resources: unknown): ResourcesView {
  const { Resources, extensions } = isMap(resources) ? resources : {}
  return { Resources: isMap(Resources) ? Resources : {}, extensions: isMap(extensions) ? extensions : {} }
}

/** Attributes of a resource that the framework lets an extension set. Only `Properties` matter here. */
const extensibleAttributes = [
  'Condition',
  'CreationPolicy',
  'DeletionPolicy',
  'DependsOn',
  'Metadata',
  'Properties',
  'UpdatePolicy',
  'UpdateReplacePolicy',
] as const

export function mappingOf(entry: EventEntry, resources: ResourcesView, refuse: (problem: string) => void): Mapping {
  const { functionKey, kind, logicalId, isWrittenOut } = entry
  const originOf = (...place: string[]): Origin => ({
    nameOf: path => `function ${functionKey}: ${['resources', ...place, path].filter(Boolean).join('.')}`,
    refuse,
  })
  const fromEntry = { nameOf: (path: string) => `function ${functionKey}: ${entryNameOf(kind, path)}`, refuse }
  if (logicalId === undefined) return new Mapping(propertiesOf(entry), fromEntry)
  const fromResource = originOf('Resources', logicalId, 'Properties')
  const mapping = isWrittenOut ? new Mapping({}, fromResource) : new Mapping(propertiesOf(entry), fromEntry)
  addResource(mapping, ownOf(resources.Resources, logicalId), fromResource)
  const definition = new Setting(ownOf(resources.extensions, logicalId), '', originOf('extensions', logicalId))
  if (hasParts(definition, extensibleAttributes))
    addExtension(mapping, definition.part('Properties'), originOf('extensions', logicalId, 'Properties'))
  return mapping
}

/** A resource of the mapping's own name is merged into it, maps and lists in depth. */
function addResource(mapping: Mapping, resource: unknown, origin: Origin): void {
  const properties = isMap(resource) && isMap(resource.Properties) ? resource.Properties : {}
  for (const [property, value] of Object.entries(properties))
    mapping.overlay(property, mergeInDepth(mapping.of(property).value, value), origin)
}

/** A property of an extension replaces the whole property. */
function addExtension(mapping: Mapping, properties: Setting, origin: Origin): void {
  const { value } = properties
  if (value != null && !isMap(value)) properties.refuse('must be a map')
  for (const [property, part] of Object.entries(isMap(value) ? value : {})) mapping.overlay(property, part, origin)
}

function mergeInDepth(under: unknown, over: unknown): unknown {
  if (isMap(under) && isMap(over)) {
    const merged = Object.entries(over).map(([key, value]) => [key, mergeInDepth(ownOf(under, key), value)])
    return { ...under, ...Object.fromEntries(merged) }
  }
  if (!Array.isArray(under) || !Array.isArray(over)) return over
  return [
    ...under.map((value, index) => (index in over ? mergeInDepth(value, over[index]) : value)),
    ...over.slice(under.length),
  ]
}

export const ownOf = (map: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(map, key) ? map[key] : undefined
