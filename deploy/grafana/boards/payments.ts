/** The board of payments: what callers ask and get, how long it takes, and whether the books are right. */
import { type Board, panel, query, rateBy, row } from './board.ts'

const NOT_OURS = 'route!~"GET /(health/.*|metrics)"'

export const payments: Board = {
  uid: 'payments',
  title: { en: 'Payments', ko: '결제' },
  rows: [
    row('Must be 0', '항상 0', [
      panel('Broken invariants', '깨진 불변 조건', [query('max(invariants_failed)', '')], { kind: 'number', width: 6 }),
      panel(
        'Control accounts that differ',
        '차이가 나는 통제 계정',
        [query('count(control_account_difference_minor != 0) or vector(0)', '')],
        { kind: 'number', width: 6 },
      ),
      panel(
        'Repaired entries, contradicted settlements, unhandled rejections',
        '복구된 분개, 반박된 수동 정리, 처리되지 않은 거부',
        [
          query(
            'sum(ledger_entries_repaired_total) + sum(manual_settlements_contradicted_total) + sum(unhandled_rejections_total)',
            '',
          ),
        ],
        { kind: 'number', width: 6 },
      ),
      panel('Firing alerts', '울린 알림', [query('count(ALERTS{alertstate="firing"}) or vector(0)', '')], {
        kind: 'number',
        width: 6,
      }),
    ]),
    row('Requests', '요청', [
      panel(
        'Requests by route',
        '경로별 요청',
        [query(rateBy('route', `http_requests_total{${NOT_OURS}}`), '{{route}}')],
        {
          unit: 'reqps',
          kind: 'areas',
        },
      ),
      panel(
        'Answers by status',
        '상태 코드별 응답',
        [query(rateBy('status', `http_requests_total{${NOT_OURS}}`), '{{status}}')],
        {
          unit: 'reqps',
          kind: 'areas',
        },
      ),
      panel(
        'Time to answer, 95th percentile',
        '응답 시간, 95번째 백분위',
        [query(`route:http_request_duration_seconds:p95_5m{${NOT_OURS}}`, '{{route}}')],
        { unit: 's' },
      ),
      panel('Share of answers 5xx', '5xx 응답 비율', [query('job:http_errors:ratio_rate5m', '5xx')], {
        unit: 'percentunit',
      }),
    ]),
    row('Operations', '작업', [
      panel(
        'Operations by kind and outcome',
        '종류와 결과별 작업',
        [query(rateBy('kind, outcome', 'operations_total'), '{{kind}} {{outcome}}')],
        { unit: 'ops', kind: 'areas' },
      ),
      panel('Share that succeeded', '성공한 비율', [query('kind:operations_succeeded:ratio_rate5m', '{{kind}}')], {
        unit: 'percentunit',
      }),
      panel(
        'Declines by reason',
        '사유별 거절',
        [query(rateBy('kind, reason', 'operations_declined_total'), '{{kind}} {{reason}}')],
        { unit: 'ops' },
      ),
      panel('Amount a second by kind and currency, minor units', '종류와 통화별 초당 금액, 최소 단위', [
        query(rateBy('kind, currency', 'operation_amount_minor_total'), '{{kind}} {{currency}}'),
      ]),
      panel(
        'Repeats that were answered again',
        '다시 답한 반복 요청',
        [query(rateBy('source', 'idempotent_replays_total'), '{{source}}')],
        { unit: 'reqps' },
      ),
      panel('Conflicts', '충돌', [query(rateBy('code, reason', 'conflicts_total'), '{{code}} {{reason}}')], {
        unit: 'reqps',
      }),
      panel('Expired authorizations', '만료된 승인', [query('sum(rate(payments_expired_total[1m]))', '')], {
        unit: 'ops',
      }),
      panel(
        'Ledger entries written by the consumer',
        '컨슈머가 쓴 원장 분개',
        [query(rateBy('type', 'ledger_entries_written_total'), '{{type}}')],
        { unit: 'ops' },
      ),
    ]),
    row('Reconciliation', '대사', [
      panel('Open breaks by class', '구분별 열린 불일치', [query('max by (class) (recon_breaks_open)', '{{class}}')], {
        kind: 'areas',
        width: 8,
      }),
      panel(
        'Not explained by currency, minor units',
        '통화별 미해결 금액, 최소 단위',
        [query('max by (currency) (recon_suspense_minor)', '{{currency}}')],
        { width: 8 },
      ),
      panel('Files on their way', '처리 중인 파일', [query('max by (state) (recon_files_waiting)', '{{state}}')], {
        width: 8,
      }),
    ]),
  ],
}
