/** Reads everything that `serverless.yml` says of Kafka events, or tells everything that is wrong with it. */
import type { KafkaSource, LocalSettings } from '../source.ts'
import { longTimeouts, lostExtensions, sharedGroups, sharedNames, sharedTopics } from './contradictions.ts'
import { type MappingNaming, readEntries, type ServiceView } from './event-entries.ts'
import { CUSTOM_KEY, readLocalSettings } from './local-settings.ts'
import { mappingOf, resourcesOf } from './mapping.ts'
import { readSource } from './read-source.ts'
import { writtenMappings } from './written-mappings.ts'

export type { MappingNaming, ServiceView } from './event-entries.ts'

export interface PluginSettings {
  /** One per mapping that is switched on. */
  sources: KafkaSource[]
  local: LocalSettings
  /** What AWS would do otherwise than it is done here: to be said at start. */
  warnings: string[]
}

/** The framework's own, where nobody names one. */
const STAGE = 'dev'

/** Everything that is wrong with the settings, at once. */
export class SettingsError extends Error {
  override name = 'SettingsError'
  readonly problems: string[]
  constructor(problems: string[]) {
    super(`Kafka events: ${problems.join('\n  ')}`)
    this.problems = problems
  }
}

/** Whether the service has a mapping of ours at all, switched on or not. */
export function hasKafkaEvents(service: ServiceView, naming: MappingNaming, stage = STAGE): boolean {
  const events = readEntries(service, naming, () => {})
  return (
    events.length > 0 ||
    writtenMappings(service, naming, stage, resourcesOf(service.resources), events).entries.length > 0
  )
}

/** Throws SettingsError naming every function and key that is wrong. */
export function readSettings(service: ServiceView, naming: MappingNaming, stage = STAGE): PluginSettings {
  const problems: string[] = []
  const refuse = (problem: string) => void problems.push(problem)
  const local = readLocalSettings(service.custom?.[CUSTOM_KEY], refuse)
  const resources = resourcesOf(service.resources)
  const events = readEntries(service, naming, refuse)
  const written = writtenMappings(service, naming, stage, resources, events)
  const entries = [...events, ...written.entries]
  const { warnings } = written
  const warn = (warning: string) => void warnings.push(warning)
  const context = { local, deployment: `${service.service}:${stage}`, warn }
  const sources = entries.flatMap(entry => readSource(entry, mappingOf(entry, resources, refuse), context) ?? [])
  problems.push(...sharedNames(entries), ...lostExtensions(entries, resources), ...sharedTopics(sources))
  warnings.push(...sharedGroups(sources), ...longTimeouts(entries, service))
  if (problems.length > 0) throw new SettingsError([...new Set(problems)])
  return { sources, local, warnings }
}
