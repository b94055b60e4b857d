/** The board of the outbox and Kafka: from the event's row to the ledger consumer, and what is left behind on the way. */
import { type Board, panel, query, rateBy, row } from './board.ts'

export const events: Board = {
  uid: 'events',
  title: { en: 'Outbox and Kafka', ko: '아웃박스와 Kafka' },
  rows: [
    row('Outbox', '아웃박스', [
      panel(
        'Events published by topic',
        '토픽별 발행 이벤트',
        [query(rateBy('topic', 'outbox_published_total'), '{{topic}}')],
        { unit: 'ops', kind: 'areas' },
      ),
      panel('Events that wait', '기다리는 이벤트', [query('max by (topic) (outbox_waiting)', '{{topic}}')]),
      panel(
        'Age of the oldest event that waits',
        '가장 오래 기다린 이벤트',
        [query('max by (topic) (outbox_oldest_seconds)', '{{topic}}')],
        { unit: 's' },
      ),
      panel('Parked rows', '보류된 행', [query('max(outbox_parked_rows)', '')], { kind: 'number', width: 6 }),
      panel(
        'Rings that Kafka did not take, 1 h',
        'Kafka가 받지 않은 벨, 1시간',
        [query('sum(increase(doorbell_failures_total[1h]))', '')],
        { kind: 'number', width: 6 },
      ),
    ]),
    row('Consumers', '컨슈머', [
      panel(
        'Records handled',
        '처리한 레코드',
        [query(rateBy('function, topic, result', 'records_handled_total'), '{{function}} {{topic}} {{result}}')],
        { unit: 'ops' },
      ),
      panel('Records not read yet', '아직 읽지 않은 레코드', [
        query('sum by (group, topic) (max by (group, topic, partition) (consumer_lag_records))', '{{group}}'),
      ]),
      panel(
        'How long a partition has stood still',
        '파티션이 멈춰 있는 시간',
        [query('max by (group, topic) (consumer_still_seconds)', '{{group}}')],
        { unit: 's' },
      ),
      panel('Records among the dead letters', '데드 레터 토픽의 레코드', [query('max(dead_letter_records)', '')], {
        width: 6,
      }),
      panel('New dead letters, 1 h', '새 데드 레터, 1시간', [query('sum(increase(dead_letters_total[1h]))', '')], {
        kind: 'number',
        width: 6,
      }),
      panel(
        'Topics that take no records',
        '레코드를 받지 않는 토픽',
        [query('count(kafka_topic_unavailable == 1) or vector(0)', '')],
        { kind: 'number' },
      ),
      panel(
        'Age of the observed state',
        '관찰한 상태의 나이',
        [query('time() - max by (source) (state_observed_timestamp_seconds)', '{{source}}')],
        { unit: 's' },
      ),
    ]),
  ],
}
