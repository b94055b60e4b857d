/** Tells of a mapping that begins anew because its group had another name in earlier versions. */
import type { Admin, Kafka } from 'kafkajs'
import { within } from './back-off.ts'
import { messageOf } from './errors.ts'
import type { Log } from './log.ts'
import type { KafkaSource } from './source.ts'

const LEAVE_TIMEOUT_MS = 1000

/** To be asked before the group commits anything. That it cannot be found out is no reason not to start. */
export async function tellOfFormerGroups(kafka: Kafka, sources: KafkaSource[], log: Log): Promise<void> {
  const renamed = sources.filter(({ formerGroupId }) => formerGroupId !== undefined)
  if (renamed.length === 0) return
  const admin = kafka.admin()
  const connected = admin.connect()
  for (const source of renamed) {
    const isBehind = connected.then(() => isLeftBehind(admin, source))
    const text = await isBehind.then(
      isLeft => isLeft && textOf(source),
      error => unknownTextOf(source, error),
    )
    if (text) log.warning(text, { event: 'former_group', ...fieldsOf(source) })
  }
  await within(LEAVE_TIMEOUT_MS, admin.disconnect())
}

/** Whether the former group has offsets in the topic, and the one of now has none. */
export async function isLeftBehind(
  admin: Pick<Admin, 'fetchOffsets'>,
  { topic, groupId, formerGroupId }: KafkaSource,
): Promise<boolean> {
  const hasOffsets = async (ofGroupId: string) => {
    const [found] = await admin.fetchOffsets({ groupId: ofGroupId, topics: [topic] })
    return found?.partitions.some(({ offset }) => Number(offset) >= 0) ?? false
  }
  return formerGroupId !== undefined && (await hasOffsets(formerGroupId)) && !(await hasOffsets(groupId))
}

const textOf = ({ functionKey, topic, groupId, formerGroupId, startingPosition }: KafkaSource): string =>
  `function ${functionKey}: group ${groupId} is new and begins topic ${topic} at ${startingPosition}. ` +
  `Group ${formerGroupId}, its name in earlier versions, has offsets there: consumerGroupId: ${formerGroupId} goes on from them`

const unknownTextOf = ({ functionKey, topic, groupId, formerGroupId }: KafkaSource, error: unknown): string =>
  `function ${functionKey}: whether group ${groupId} begins topic ${topic} anew is not known: the offsets of group ` +
  `${formerGroupId}, its name in earlier versions, cannot be asked for (${messageOf(error)}). consumerGroupId says which group to go on with`

const fieldsOf = ({ functionKey, topic, groupId, formerGroupId }: KafkaSource) => ({
  functionKey,
  topic,
  groupId,
  formerGroupId,
})
