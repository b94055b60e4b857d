/** Finds mappings that stand in each other's way, and extensions that extend nothing. */
import type { KafkaSource } from '../source.ts'
import type { EventEntry, ServiceView } from './event-entries.ts'
import type { ResourcesView } from './mapping.ts'
import { isMap } from './setting.ts'
import { isKafka } from './written-mappings.ts'

/** Two consumers that share a group and a topic would each see a part of the records only. */
export function sharedTopics(sources: KafkaSource[]): string[] {
  return repeated(
    sources,
    ({ brokers, groupId, topic }) => JSON.stringify([brokers, groupId, topic]),
    ({ functionKey, topic, groupId }, owner) =>
      `function ${functionKey}: topic ${topic} is already read by ${owner.functionKey} as group ${groupId}`,
  )
}

/** AWS asks for a group of its own for each mapping: one more poller of it would take partitions of all their topics. */
export function sharedGroups(sources: KafkaSource[]): string[] {
  return [...Map.groupBy(sources, ({ brokers, groupId }) => JSON.stringify([brokers, groupId])).values()]
    .filter(group => new Set(group.map(({ topic }) => topic)).size > 1)
    .map(group => {
      const { functionKey, groupId } = group[0]!
      const topics = [...new Set(group.map(({ topic }) => topic))].join(', ')
      return `function ${functionKey}: group ${groupId} reads ${topics}: AWS asks for a consumerGroupId of its own for each`
    })
}

/** Of two entries with one name in the template the framework deploys the later and drops the earlier without a word. */
export function sharedNames(entries: EventEntry[]): string[] {
  return repeated(
    entries.filter(({ logicalId }) => logicalId !== undefined),
    ({ logicalId }) => logicalId!,
    ({ functionKey, kind, entry, logicalId }, { functionKey: owner, entry: { topic } }) =>
      `function ${functionKey}: ${kind}.topic ${entry.topic} has the logical id ${logicalId}, as topic ${topic} of ${owner}: only one would be deployed`,
  )
}

function repeated<Item>(
  items: Item[],
  keyOf: (item: Item) => string,
  problemOf: (item: Item, owner: Item) => string,
): string[] {
  const owners = new Map<string, Item>()
  return items.flatMap(item => {
    const owner = owners.get(keyOf(item))
    owners.set(keyOf(item), owner ?? item)
    return owner ? [problemOf(item, owner)] : []
  })
}

const TIMEOUT_S_MAX = 840

/** What AWS refuses of a function when it has a Kafka event. */
export function longTimeouts(entries: EventEntry[], { functions, provider }: ServiceView): string[] {
  return [...new Set(entries.map(({ functionKey }) => functionKey))].flatMap(functionKey => {
    const timeoutS = functions?.[functionKey]?.timeout ?? provider?.timeout ?? 0
    return timeoutS > TIMEOUT_S_MAX
      ? [
          `function ${functionKey}: timeout ${timeoutS} is above ${TIMEOUT_S_MAX}, the most that AWS allows with Kafka events`,
        ]
      : []
  })
}

/** A Kafka mapping's extension that has nothing to extend: a typo, or an event that is gone. The framework would not deploy it. */
export function lostExtensions(entries: EventEntry[], { Resources, extensions }: ResourcesView): string[] {
  const known = entries.flatMap(({ logicalId }) => logicalId ?? [])
  return Object.entries(extensions)
    .filter(([name]) => !known.includes(name) && !Object.hasOwn(Resources, name))
    .filter(([name, extension]) => /EventSourceMapping(Kafka|MSK)/i.test(name) || extendsKafka(extension))
    .map(([name]) => `resources.extensions.${name} belongs to no Kafka mapping; there are: ${known.join(', ')}`)
}

const extendsKafka = (extension: unknown): boolean =>
  isMap(extension) && isMap(extension.Properties) && isKafka(extension.Properties)
