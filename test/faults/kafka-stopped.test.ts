/** Kafka away: payments go on as if nothing were, and every event arrives once it is back. test/full has a longer outage. */
import { test } from '@jest/globals'
import { expectKafkaOutageSurvived } from '../support/kafka-away.ts'

test(
  'authorizes keep answering 201 while Kafka is stopped, and all events are published afterwards',
  () => expectKafkaOutageSurvived(5_000),
  300_000,
)
