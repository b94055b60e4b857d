/** Handles dead letters: sends them to their topic again or puts them aside, and writes a note about it to the topic. */
import type { Producer } from 'kafkajs'
import { DEAD_LETTER_TOPIC } from '../../../shared/contracts/topics.ts'
import type { KafkaCluster } from '../../../shared/messaging/kafka-client.ts'
import { withClient } from '../connections.ts'
import { type DeadLetter, type HandledState, noteOf } from '../verify/dead-letters.ts'

/** Sends each letter's original record, unchanged, to its topic; each must have one. Stops at the first that Kafka refuses. */
export const sendAgain = (cluster: KafkaCluster, letters: DeadLetter[], onSent: (letter: DeadLetter) => void) =>
  withProducer(cluster, async producer => {
    for (const letter of letters) {
      const original = letter.original!
      await producer.send({ topic: original.topic, acks: -1, messages: [messageOf(original)] })
      // Each note follows its own letter. A crash in between means that one letter is sent twice, and none is lost.
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

const withProducer = (cluster: KafkaCluster, work: (producer: Producer) => Promise<void>): Promise<void> =>
  withClient(cluster, kafka => kafka.producer({ allowAutoTopicCreation: false }), work)

const messageOf = ({ key, value, headers, partition }: NonNullable<DeadLetter['original']>) => ({
  key,
  value,
  partition,
  headers: Object.fromEntries(headers),
})
