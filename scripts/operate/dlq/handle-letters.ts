/** Handles dead letters: sends them to their topic again or puts them aside, and writes a note about it to the topic. */
import type { Producer } from 'kafkajs'
import type { HandledState } from '../../../shared/contracts/dead-letter-records.ts'
import type { KafkaCluster } from '../../../shared/messaging/kafka-client.ts'
import { type Send, sendNote, sendOriginal } from '../../../shared/messaging/letter-sender.ts'
import { withClient } from '../connections.ts'
import type { DeadLetter } from '../verify/dead-letters.ts'

/** Who the notes name: the command asks for nobody's token. */
const ACTOR = 'npm run dlq'

/** Sends each letter's original record, unchanged, to its topic; each must have one. Stops at the first that Kafka refuses. */
export const sendAgain = (cluster: KafkaCluster, letters: DeadLetter[], onSent: (letter: DeadLetter) => void) =>
  withProducer(cluster, async send => {
    for (const letter of letters) {
      await sendOriginal(send, letter.original!)
      // Each note follows its own letter. A crash in between means that one letter is sent twice, and none is lost.
      await sendNote(send, noteOf(letter, 'REDRIVEN'))
      onSent(letter)
    }
  })

export const putAside = (cluster: KafkaCluster, letters: DeadLetter[]) =>
  withProducer(cluster, async send => {
    for (const letter of letters) await sendNote(send, noteOf(letter, 'PUT_ASIDE'))
  })

const noteOf = ({ partition, offset }: DeadLetter, state: HandledState) => ({
  ...{ partition, offset, state },
  ...{ at: new Date().toISOString(), by: ACTOR, reason: null, key: null },
})

const withProducer = (cluster: KafkaCluster, work: (send: Send) => Promise<void>): Promise<void> =>
  withClient(
    cluster,
    kafka => kafka.producer({ allowAutoTopicCreation: false }),
    (producer: Producer) => work(record => producer.send({ ...record, acks: -1 })),
  )
