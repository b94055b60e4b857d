/** The board of what the API stands on: database connections, Redis, idempotency keys, limits, and the process itself. */
import { type Board, panel, query, rateBy, row } from './board.ts'

export const stores: Board = {
  uid: 'stores',
  title: { en: 'Database, cache, idempotency and limits', ko: '데이터베이스, 캐시, 멱등성, 한도' },
  rows: [
    row('Database', '데이터베이스', [
      panel('Connections', '연결', [
        query('sum by (state) (database_connections)', '{{state}}'),
        query('sum(database_connections_max)', 'max'),
      ]),
      panel('Transactions that wait for a connection', '연결을 기다리는 트랜잭션', [
        query('sum(database_connections_waiting)', ''),
      ]),
    ]),
    row('Cache and idempotency', '캐시와 멱등성', [
      panel(
        'Repeats that Redis answered',
        'Redis가 답한 반복 요청의 비율',
        [query('job:idempotent_replays_cached:ratio_rate5m', '')],
        { unit: 'percentunit' },
      ),
      panel(
        'Reads of the response cache',
        '응답 캐시 조회',
        [query(rateBy('result', 'response_cache_reads_total'), '{{result}}')],
        { unit: 'reqps' },
      ),
      panel(
        'Calls that Redis did not answer',
        'Redis가 답하지 않은 호출',
        [query('sum(rate(response_cache_failures_total[1m]))', '')],
        { unit: 'cps' },
      ),
      panel(
        'Requests judged without Redis',
        'Redis 없이 판단한 요청',
        [query(rateBy('class', 'rate_limits_local_total'), '{{class}}')],
        { unit: 'reqps' },
      ),
    ]),
    row('Limits and admission', '한도와 수용', [
      panel(
        'Refused by a rate limit (429)',
        '요청 한도로 거절 (429)',
        [query(rateBy('class, limit', 'rate_limited_total'), '{{class}} {{limit}}')],
        { unit: 'reqps' },
      ),
      panel(
        'Refused because too many were in work (503)',
        '동시 처리 한도로 거절 (503)',
        [query(rateBy('class', 'http_requests_refused_total'), '{{class}}')],
        { unit: 'reqps' },
      ),
      panel('Requests in work', '처리 중인 요청', [query('sum by (class) (http_requests_in_work)', '{{class}}')]),
      panel('Requests that wait', '기다리는 요청', [query('sum by (class) (http_requests_waiting)', '{{class}}')]),
    ]),
    row('Process', '프로세스', [
      panel('CPU', 'CPU', [query('rate(process_cpu_seconds_total[1m])', '{{instance}}')]),
      panel(
        'Event loop lag, 99th percentile',
        '이벤트 루프 지연, 99번째 백분위',
        [query('nodejs_eventloop_lag_p99_seconds', '{{instance}}')],
        { unit: 's' },
      ),
    ]),
  ],
}
