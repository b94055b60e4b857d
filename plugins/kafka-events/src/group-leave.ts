/** Takes the members of one client out of a group, also one whose join the broker has not answered yet. */
import { type Cluster, type Kafka, PartitionAssigners } from 'kafkajs'

// kafkajs's types leave it out.
interface Coordinator {
  leaveGroup(member: { groupId: string; memberId: string }): Promise<unknown>
}

/**
 * kafkajs does not know its member id before the join is answered, and says nothing when it is disconnected meanwhile. The
 * broker knows it, and the connections must be others: a broker answers one connection in order, so that a pending join holds
 * up what is sent after it.
 */
export async function leaveGroup(kafka: Kafka, groupId: string, clientId: string): Promise<void> {
  let cluster: Cluster | undefined
  const consumer = kafka.consumer({
    groupId,
    partitionAssigners: [
      config => {
        cluster = config.cluster
        return PartitionAssigners.roundRobin(config)
      },
    ],
  })
  await consumer.connect()
  try {
    const { members } = await consumer.describeGroup()
    const coordinator = (await cluster!.findGroupCoordinator({ groupId })) as unknown as Coordinator
    for (const member of members)
      if (member.clientId === clientId) await coordinator.leaveGroup({ groupId, memberId: member.memberId })
  } finally {
    await consumer.disconnect()
  }
}
