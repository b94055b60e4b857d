/**
 * Each invariant in Korean by its name, and each group. In English both come with the run. Only the page of the invariants loads this file;
 * test/unit/invariant-sentences.test.ts compares the names with those that `npm run verify` judges by.
 */
export const invariantGroupsKo: Readonly<Record<string, string>> = {
  Payments: '결제',
  'Operations and answers': '작업과 응답',
  'Events and outbox': '이벤트와 아웃박스',
  Ledger: '원장',
  Settlement: '정산',
  Reconciliation: '대사',
  'Audit log': '감사 로그',
  Kafka: 'Kafka',
  Acquirer: '매입사',
}

export const invariantSentencesKo: Readonly<Record<string, string>> = {
  'totals-in-bounds': '모든 결제는 0 ≤ 환불 금액 ≤ 매입 금액 ≤ 승인 금액이다.',
  'status-fits-totals': '모든 결제의 상태는 매입 금액과 환불 금액에 맞는다.',
  'nothing-orphaned': '모든 작업, 분개, 아웃박스 행은 어떤 결제에 속한다.',
  'one-merchant-one-currency': '한 결제의 작업, 이벤트, 분개는 그 결제의 가맹점과 통화를 쓴다.',
  'pending-operation': '결제에는 진행 중인 작업이 많아야 하나이고, pending_operation_id가 바로 그 작업을 가리킨다.',
  'status-fits-operations':
    '모든 결제는 자기 작업으로 지금 상태가 되었다. 결제 금액으로 한 번 승인되었거나 거절되었고, 승인은 한 번 끝났거나 아직 끝나지 않았다.',
  'captured-by-operations': '결제의 성공한 매입 작업을 더하면 매입 금액이다.',
  'refunded-by-operations': '결제의 성공한 환불 작업을 더하면 환불 금액이다.',
  'captured-in-time': '성공한 매입은 모두 결제의 매입 기한이 지나기 전에 선점되었다.',

  'nothing-stuck': '모든 작업은 끝났거나, 지금 또는 조금 전에 누군가 처리하고 있다.',
  'finished-has-time': '끝난 작업에만 끝난 시각이 있고, 끝난 작업에는 반드시 있다.',
  'answers-stored': '키와 함께 온 작업이 끝났으면 그 키에 응답이 저장되어 있다.',
  'answers-agree': '저장된 응답은 모두 일어난 일을 그대로 말한다: 상태 코드, 식별자, 결제 상태, 합계.',
  'keys-and-operations': '모든 키는 자기의 진행 중인 작업을 기다리거나, 읽을 수 있는 확정된 응답을 가지고 있다.',
  'settled-by-hand': '사람이 확정한 결과는 작업에 한 번 그대로 적혔고, 매입사는 반대로 말하지 않았다.',

  'operations-have-events':
    '결과가 있는 작업에는 그 결과의 토픽에 이벤트가 정확히 하나 있고, 다른 작업에는 이벤트가 없다.',
  'events-have-operations': '모든 이벤트는 자기 결제의 작업을 가리키고, 그 작업이 움직인 금액을 움직인다.',
  'event-sequence': '결제의 이벤트는 1부터 n까지 빠짐없이 번호가 있고, n은 결제가 센 수와 같다.',
  'event-in-one-place': '모든 이벤트는 아웃박스나 보관 테이블 중 한 곳에만 있다.',
  'event-envelope': '아웃박스의 모든 내용은 그 행의 식별자, 종류, 순번, 결제를 그대로 말하는 이벤트다.',
  'event-totals': '모든 이벤트에는 그때까지의 이벤트를 더한 합계가 적혀 있다.',
  'event-releases': '승인을 끝낸 이벤트에는 남은 금액이 얼마였는지 적혀 있고, 다른 이벤트에는 해제한 금액이 없다.',
  'newest-event-is-payment': '결제의 가장 최근 이벤트에는 결제의 지금 상태, 금액, 합계가 그대로 있다.',
  'events-complete': 'REQUESTED나 FAILED를 지난 결제에는 그 상태에 있어야 할 이벤트가 모두 있고, 다른 이벤트는 없다.',
  'outbox-published': '아웃박스의 모든 행은 발행되었고, 보류된 행은 없다.',

  'captured-in-ledger': '결제의 매입 분개를 더하면 매입 금액이다.',
  'refunded-in-ledger': '결제의 환불 분개를 더하면 환불 금액이다.',
  'net-in-ledger': '결제의 매입 분개에서 환불 분개를 빼면 매입 금액에서 환불 금액을 뺀 것과 같다.',
  'one-capture-entry': '모든 매입 이벤트에는 그 금액의 매입 분개가 정확히 하나 있다.',
  'one-refund-entry': '모든 환불 이벤트에는 그 금액의 환불 분개가 정확히 하나 있다.',
  'one-fee-entry': '모든 매입 이벤트에는 그 수수료의 분개가 정확히 하나 있고, 수수료가 0이면 없다.',
  'one-fee-vat-entry':
    '모든 매입 이벤트에는 그때의 조건에 따른 수수료 부가세 분개가 정확히 하나 있고, 부가세가 0이면 없다.',
  'one-refund-fee-entry':
    '조건에 따라 수수료를 돌려주는 환불 이벤트에는 자기 몫의 수수료 분개가 정확히 하나 있어 모든 몫이 전체가 된다. 다른 환불에는 없다.',
  'one-refund-fee-vat-entry':
    '조건에 따라 수수료를 돌려주는 환불 이벤트에는 자기 몫의 수수료 부가세 분개가 정확히 하나 있다. 다른 환불에는 없다.',
  'fee-of-the-whole': '결제의 매입마다 뗀 수수료를 더하면, 승인할 때 정한 대로 계산한 매입 금액 전체의 수수료다.',
  'entries-have-events':
    '모든 분개는 자기 결제의 이벤트에서 나온다. 매입·수수료·부가세는 매입 이벤트에서, 환불과 돌려준 수수료·부가세는 환불 이벤트에서 나온다.',
  'entry-accounts': '모든 분개의 차변과 대변은 그 종류에 정해진 계정이다.',
  'trial-balance': '통화마다 있는 모든 계정의 차변 합계는 대변 합계와 같다.',
  'balance-receivable': '통화마다 acquirer_receivable은 모든 결제의 매입 금액에서 환불 금액을 뺀 것이다.',
  'balance-merchants':
    '모든 가맹점에 줄 돈은 그 결제의 매입 금액에서 환불, 수수료, 부가세를 빼고 환불로 돌려준 수수료와 부가세를 더한 것이다.',
  'balance-fees': '통화마다 fee_revenue는 매입 이벤트의 수수료에서 그 안의 부가세와 환불로 돌려준 것을 뺀 것이다.',
  'balance-vat': '통화마다 vat_payable은 매입 이벤트의 수수료 부가세에서 환불로 돌려준 것을 뺀 것이다.',
  'balance-snapshots': '계정의 모든 스냅숏은 그 전에 기록된 분개를 더한 것이다.',
  'closed-months':
    '마감한 달은 빠짐없이 이어지고, 감사 로그에 따르면 승인자가 하나씩 마감했으며, 적힌 금액은 그달의 분개를 더한 것이다.',

  'one-item-per-event':
    '정산을 시작한 뒤의 모든 매입·환불 이벤트에는 그 금액의 정산 항목이 정확히 하나 있고, 이벤트 없는 항목은 없다.',
  'one-expectation-per-event':
    '정산을 시작한 뒤의 모든 매입·환불 이벤트는 그 작업과 금액으로 매입사의 정산이 정확히 한 번 예상되어 있다.',
  'item-in-ledger': '항목의 순액은 그 이벤트의 분개가 가맹점 계정에서 움직인 금액이다.',
  'batch-of-items': '배치에 적힌 수는 항목의 수이고, 순액은 항목의 합계다.',
  'batch-closed-once':
    '열려 있지 않은 배치는 지급할 금액이 있어 이벤트 하나로 닫혔거나 0으로 이월되었다. 그 지급이 지급 완료되면 배치도 지급 완료다.',
  'carried-over': '배치가 이월한 금액은 같은 가맹점과 통화의 다음 배치가 같은 이벤트로 한 번 넘겨받는다.',
  'payout-of-batch':
    '지급은 배치의 순액이고 그 가맹점에 준다. 배치에 살아 있는 지급은 많아야 하나이며, 배치가 열려 있거나 이월되었으면 없다.',
  'payout-in-ledger':
    '모든 지급은 원장에 한 번 있고, 실패하거나 취소되었으면 반대로 한 번 더 있다. 은행의 줄이 지급했거나 돌려보낸 것은 그 줄이 말하는 대로 있다.',
  'payout-paid-by-line':
    '지급은 은행의 줄 하나로 지급되었거나 불일치로 설명되며, 줄 하나로 돌아온다. 그 줄이 말하지 않는 금액은 불일치가 기장했다.',
  'item-without-payment':
    '돌아온 지급에는 그 전액의 항목이 하나 있다. 그 밖에 결제 없는 항목은 이월과 유보·청구·불일치의 항목뿐이다.',
  'settlement-events-published': '배치와 지급의 모든 이벤트는 발행되었고, 저마다 1부터 빠짐없이 번호가 있다.',
  'file-of-payouts': '지급 파일에 적힌 수와 합계는 취소되지 않은 지급의 것이고, 그 지급들은 파일과 같은 단계에 있다.',
  'payable-is-items':
    '모든 가맹점에 줄 돈은 닫힌 배치에 들지 않은 항목과, 진행 중인 지급이 없는 닫힌 배치를 더한 것이다.',
  'in-transit-is-payouts':
    '통화마다 payout_in_transit은 만들어졌고 아직 지급·실패·취소되지 않은 지급이다. 결제 없는 분개는 지급과 유보·청구·파일·불일치의 것뿐이다.',
  'receivable-is-expected': '통화마다 acquirer_receivable은 매입사에 예상되고 아직 정산되지 않은 금액이다.',

  'reserve-in-ledger':
    '배치가 유보한 금액은 그 배치의 항목이고 기장되어 있다. 쓰거나 해제한 금액에는 항목과 분개가 하나씩 있고, 모두 더해도 유보한 금액을 넘지 않는다.',
  'invoice-in-ledger':
    '청구는 기장되어 있고, 차감되거나 잃은 금액도 가맹점 항목과 함께 기장되어 있다. 남은 금액이 있는 동안 OPEN이다.',
  'reserve-events-published': '유보와 청구의 모든 이벤트는 발행되었고, 저마다 1부터 스스로 말하는 번호까지 있다.',
  'reserve-is-held': '가맹점과 통화마다 merchant_reserve는 유보한 뒤 해제하거나 쓰지 않은 금액이다.',
  'receivable-is-invoices':
    '가맹점과 통화마다 merchant_receivable은 청구의 남은 금액이고, bad_debt는 모든 청구에서 잃은 금액이다.',

  'disputed-amount':
    '결제의 분쟁 금액은 열려 있거나 진 분쟁의 금액이고, 환불 금액과 더해도 매입 금액을 넘지 않는다. 정산을 시작하기 전의 결제에는 없다.',
  'dispute-of-capture': '분쟁은 성공한 매입에 대한 것이고, 그 결제, 가맹점, 통화의 것이다.',
  'dispute-steps':
    '분쟁은 이벤트 하나로 열리고 다른 하나로 이기거나 진다. 닫힌 시각이 있고, 사람이 포기했으면 감사 로그에 있다.',
  'dispute-events-published': '분쟁의 모든 이벤트는 발행되었고, 저마다 1부터 빠짐없이 번호가 있다.',
  'dispute-in-ledger': '분쟁은 그 금액과 수수료를 저마다 분개 하나로 가맹점에서 가져갔고, 이겼으면 금액을 돌려주었다.',
  'dispute-items':
    '분쟁이 열리면 가져간 금액의 항목과 수수료의 항목이 하나씩, 이기면 돌아온 금액의 항목이 하나 있다. 이 종류의 다른 항목은 없다.',
  'dispute-expected':
    '분쟁이 열린 것과 이긴 것은 저마다 매입과 금액, 조건의 수수료로 매입사에 한 번 예상되고 정산되었다. 이 종류의 다른 예상은 없다.',
  'dispute-fee-is-charged':
    '분쟁은 그때의 조건이 정한 만큼 가맹점에게 들고, 통화마다 dispute_fee는 모든 분쟁의 수수료다.',

  'file-of-lines': '파일의 줄은 1부터 빠짐없이 번호가 있고, 통화마다 줄의 수와 금액은 파일이 밝힌 것과 같다.',
  'statement-follows':
    '거래 명세서는 같은 계좌와 통화의 앞 명세서가 닫은 금액(처음이면 0)에서 시작하고, 그 금액에 줄을 더한 것으로 끝난다.',
  'lines-as-far-as-file':
    '끝난 파일은 모든 줄을 맞춰 보았고, 진행 중인 파일은 표시한 곳까지 맞춰 보았으며, 거부된 파일에는 줄이 없다.',
  'file-in-ledger': '파일은 예상을 정산한 줄의 순액, 예상된 수수료와 부가세, 배분된 금액만 기장했다.',
  'recon-events-published':
    '파일과 불일치의 모든 이벤트는 발행되었고, 저마다 1부터 빠짐없이 번호가 있다: 가져온 뒤 기장하고, 열린 뒤 해소한다.',
  'line-settles-expectation':
    '예상을 정산한 줄은 그 출처, 작업, 종류, 통화의 것이고, 맞은 줄은 금액도 같다. 매입사의 맞은 줄은 예상 하나를 정산했거나 배치를 이월한다.',
  'broken-line-has-break':
    '줄이 깨졌으면 불일치가 있고, 그 불일치는 맞지 않는 금액만 기장했다. 되풀이된 줄은 전에 같은 내용으로 있었다.',
  'line-allocated':
    '줄에서 배분한 금액은 부호와 통화가 줄과 같고 줄을 넘지 않는다. 은행의 맞은 줄과 이월은 전액이고, 다른 줄은 없다.',
  'expectation-settled-once':
    '정산된 예상은 줄 하나로 정산되었거나 포기되었다(정정은 승인 하나로도). 정산되지 않은 예상에는 그런 줄이 없고, 기한이 지난 예상은 열린 불일치 하나가 찾고 있다.',
  'acquirer-batch-of-lines':
    '매입사 배치의 순액은 그 줄이 cash_in_transit에 기장한 금액(되풀이된 줄은 0, 고친 줄은 달라진 만큼)과 이월해 온 금액이다.',
  'acquirer-batch-paid':
    '매입사 배치에는 어느 줄이 배분되었는지와, 불일치가 그 배치의 cash_in_transit에서 무엇을 꺼냈는지 적혀 있다.',
  'break-on-suspense':
    '불일치에는 그 불일치와 포기가 recon_suspense에 올린 금액과 남은 금액이 적혀 있다. 남은 금액은 조치를 뺀 것이고, 닫혔으면 0이다.',
  'break-in-ledger': '불일치가 열릴 때 기장한 것은 그 구분대로이고, 조치마다 적힌 금액과 계정만 기장했다.',
  'break-steps':
    '불일치의 조치는 1부터 빠짐없이 번호가 있고 저마다 사람과 사유가 있다. 닫힌 불일치는 조치 하나로 닫혔고, 있는 것에 대한 불일치다.',
  'break-approved-by-another': '불일치에 대한 조치는 승인한 사람이 아닌 다른 사람이 먼저 제안했거나 시스템이 했다.',
  'break-audited': '운영자가 불일치에 한 일은 모두 감사 로그에 있고, 승인자만 승인했다.',
  'action-has-its-row':
    '조치가 acquirer_receivable에 기장한 것은 정정으로 예상되거나 가리킨 예상을 정산하고, 가맹점 계정에 기장한 것은 항목이다. 불일치에서 나온 다른 정정이나 항목은 없다.',
  'suspense-is-breaks': '통화마다 recon_suspense는 불일치의 남은 금액이고, 그 계정의 모든 분개는 불일치의 것이다.',
  'cash-in-transit-is-batches':
    '통화마다 cash_in_transit은 매입사 배치에 남은 금액과, 한쪽 줄만 들어온 우리 이체다. 한 이체의 두 줄을 더하면 0이다.',
  'cash-is-statements': '현금 계정은 통화마다 마지막으로 맞춘 거래 명세서가 닫은 금액이다.',
  'settled-charges-and-actions':
    '통화마다 acquirer_fee와 vat_receivable은 정산된 예상이 말하는 금액이고, 이들과 own_funds, recon_gain, recon_loss는 불일치 조치가 말하는 금액이다.',

  'audit-chain': '감사 로그는 1부터 빠짐없이 번호가 있고, 항목마다 자기가 말하는 모든 것과 앞 항목의 해시가 있다.',
  'audit-approvals':
    '승인된 지급 파일마다 파일이 가리키는 승인자의 승인이 감사 로그에 하나 있고, 그 승인자는 파일을 준비한 사람이 아니다.',
  'account-approvals':
    '바뀐 계좌는 신청하지 않은 승인자가 승인했고, 신청과 승인이 감사 로그에 있으며, 하루 뒤부터 정산 조건에 들어 있다.',
  'console-actions':
    '운영자가 콘솔 키로 한 일은 감사 로그에 있고, 콘솔 키로 된 작업은 모두 그 운영자가 요청한 작업이다.',

  'outbox-in-kafka': '발행된 아웃박스 행은 모두 Kafka에 있고, 토픽, 키, 헤더, 내용이 바이트까지 같다.',
  'order-in-topic': '한 토픽에서 결제의 이벤트는 한 파티션에 순번대로 처음 나타난다.',
  'no-ghost-events': '결제 토픽의 모든 레코드는 아웃박스의 이벤트다.',
  'distinct-events': 'Kafka에 있는 서로 다른 이벤트의 수는 아웃박스 행의 수와 같다(중복은 허용).',
  'kafka-keeps-all': '결제 토픽에는 오프셋 0부터 모든 레코드가 남아 있다.',
  'consumer-offsets': '모든 컨슈머 그룹은 자기 토픽의 끝까지 커밋했다.',
  'no-dead-letters': '기다리는 데드 레터가 없다(npm run dlq로 보고 재투입한다).',
  'dead-letters-listed': '모든 데드 레터는 콘솔 목록에 행으로 있고, 온 곳과 마지막 기록이 말하는 상태가 같다.',

  'approvals-known': '매입사가 승인한 모든 주문은 여기에 같은 종류와 금액의 작업으로 있거나, 매입사에서 취소되었다.',
  'outcomes-agree': '끝난 작업은 모두 매입사가 정한 대로 끝났다.',
  'holds-respected': '매입사의 기록에서 승인을 넘거나 끝난 뒤에 매입된 것은 없고, 매입한 금액을 넘어 환불된 것도 없다.',
  'hold-is-payment': '모든 승인에서 매입사가 매입하고 환불하고 해제한 금액은 결제가 말하는 것과 같다.',
}
