/** The board of the acquirer: its answers, their time, and the operations whose outcome nobody knows yet. */
import { type Board, panel, query, rateBy, row } from './board.ts'

export const acquirer: Board = {
  uid: 'acquirer',
  title: { en: 'Acquirer', ko: '매입사' },
  rows: [
    row('Calls', '호출', [
      panel(
        'Calls by call and outcome',
        '호출과 결과별 호출 수',
        [query(rateBy('call, outcome', 'acquirer_calls_total'), '{{call}} {{outcome}}')],
        { unit: 'cps', kind: 'areas' },
      ),
      panel(
        'Time of a call, median and 95th percentile',
        '호출 시간, 중앙값과 95번째 백분위',
        [
          query('call:acquirer_call_duration_seconds:p50_5m', '{{call}} p50'),
          query('call:acquirer_call_duration_seconds:p95_5m', '{{call}} p95'),
        ],
        { unit: 's' },
      ),
      panel(
        'Share of calls without a clear answer',
        '분명한 답이 없는 호출의 비율',
        [query('job:acquirer_calls_unclear:ratio_rate5m', '')],
        { unit: 'percentunit' },
      ),
      panel('Second and third tries', '두 번째와 세 번째 시도', [query('sum(rate(acquirer_retries_total[1m]))', '')], {
        unit: 'cps',
      }),
      panel('Circuit: 0 closed, 1 probing, 2 open', '회로: 0 닫힘, 1 시험 중, 2 열림', [
        query('acquirer_circuit_state', '{{instance}}'),
      ]),
      panel('Connections', '연결', [
        query('sum by (state) (acquirer_connections)', '{{state}}'),
        query('sum(acquirer_connections_max)', 'max'),
      ]),
    ]),
    row('Unknown outcomes', '알 수 없는 결과', [
      panel(
        'Answers OUTCOME_UNKNOWN',
        'OUTCOME_UNKNOWN 응답',
        [query(rateBy('kind', 'operations_answered_unknown_total'), '{{kind}}')],
        { unit: 'reqps' },
      ),
      panel(
        'Operations that resolve-unknown decided',
        'resolve-unknown이 정리한 작업',
        [query(rateBy('verdict', 'operations_resolved_total'), '{{verdict}}')],
        { unit: 'ops' },
      ),
      panel('Operations whose outcome is unknown', '결과를 모르는 작업', [query('max(operations_unknown)', '')]),
      panel('Age of the oldest of them', '그중 가장 오래된 것', [query('max(operations_unknown_oldest_seconds)', '')], {
        unit: 's',
      }),
    ]),
  ],
}
