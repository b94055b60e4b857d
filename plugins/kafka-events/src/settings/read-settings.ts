/** Reads everything that `serverless.yml` says of Kafka events, or tells everything that is wrong with it. */
import type { KafkaSource, LocalSettings } from '../source.ts'
import {
  foreignMappings,
  longTimeouts,
  lostExtensions,
  sharedGroups,
  sharedNames,
  sharedTopics,
} from './contradictions.ts'
import { type MappingNaming, readEntries, type ServiceView } from './event-entries.ts'
import { CUSTOM_KEY, readLocalSettings } from './local-settings.ts'
import { mappingOf, resourcesOf } from './mapping.ts'
import { givenGroupOf, readSource } from './read-source.ts'

export { hasKafkaEvents, type MappingNaming, type ServiceView } from './event-entries.ts'

export interface PluginSettings {
  /** One per entry that is switched on. */
  sources: KafkaSource[]
  local: LocalSettings
  /** What AWS would do otherwise than it is done here: to be said at start. */
  warnings: string[]
}

/** Everything that is wrong with the settings, at once. */
export class SettingsError extends Error {
  override name = 'SettingsError'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`Kafka events: ${problems.join('\n  ')}`)
    this.problems = problems
  }
}

/** Throws SettingsError naming every function and key that is wrong. */
export function readSettings(service: ServiceView, naming: MappingNaming): PluginSettings {
  const problems: string[] = []
  const refuse = (problem: string) => void problems.push(problem)
  const local = readLocalSettings(service.custom?.[CUSTOM_KEY], refuse)
  const resources = resourcesOf(service.resources)
  const entries = readEntries(service, naming, refuse)
  const warnings = foreignMappings(entries, resources)
  const named: KafkaSource[] = []
  const sources = entries.flatMap(entry => {
    const mapping = mappingOf(entry, resources, refuse)
    const source = readSource(entry, mapping, local, warning => void warnings.push(warning))
    if (source && givenGroupOf(entry, mapping).isGiven) named.push(source)
    return source ?? []
  })
  problems.push(...sharedNames(entries), ...lostExtensions(entries, resources), ...sharedTopics(sources))
  warnings.push(...sharedGroups(named), ...longTimeouts(entries, service))
  if (problems.length > 0) throw new SettingsError([...new Set(problems)])
  return { sources, local, warnings }
}
