/** What is done about dead letters: they are sent once more, or put aside, and a note on the topic says so. */
import type { Producer } from 'kafkajs'
import { DEAD_LETTER_TOPIC } from '../../../shared/contracts/topics.ts'
import type { KafkaCluster } from '../../../shared/messaging/kafka-client.ts'
import { connected, kafkaOf } from '../connections.ts'
import { type DeadLetter, type HandledState, noteOf } from '../verify/dead-letters.ts'

/** Every letter to where it came from, as it was; each must have its original. Stops at the first that Kafka does not take. */
export const sendAgain = (cluster: KafkaCluster, letters: DeadLetter[], onSent: (letter: DeadLetter) => void) =>
  withProducer(cluster, async producer => {
    for (const letter of letters) {
      const original = letter.original!
      await producer.send({ topic: original.topic, acks: -1, messages: [messageOf(original)] })
      // Noted one by one, and only then: a crash in between sends one letter twice, and loses none.
      await note(producer, letter, 'redriven')
      onSent(letter)
    }
  })

export const putAside = (cluster: KafkaCluster, letters: DeadLetter[]) =>
  withProducer(cluster, async producer => {
    for (const letter of letters) await note(producer, letter, 'put aside')
  })

const note = (producer: Producer, letter: DeadLetter, state: HandledState) =>
  producer.send({ topic: DEAD_LETTER_TOPIC, acks: -1, messages: [noteOf(letter, state, new Date())] })

async function withProducer(cluster: KafkaCluster, work: (producer: Producer) => Promise<void>): Promise<void> {
  const producer = await connected(kafkaOf(cluster).producer({ allowAutoTopicCreation: false }), cluster)
  try {
    await work(producer)
  } finally {
    await producer.disconnect()
  }
}

const messageOf = ({ key, value, headers, partition }: NonNullable<DeadLetter['original']>) => ({
  key,
  value,
  partition,
  headers: Object.fromEntries(headers),
})
