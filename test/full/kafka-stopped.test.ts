/** Kafka away for 20 s, longer than clients of Kafka wait for anything: as test/faults/kafka-stopped.test.ts. */
import { test } from '@jest/globals'
import { expectKafkaOutageSurvived } from '../support/kafka-away.ts'

test(
  'authorizes keep answering 201 while Kafka is stopped, and all events are published afterwards',
  () => expectKafkaOutageSurvived(20_000),
  300_000,
)
