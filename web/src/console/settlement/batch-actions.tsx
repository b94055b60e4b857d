/** What can be done with a batch that nothing pays any more: an approver allows it one more payout. */
import { useState } from 'react'
import type { OperatorBatchView, RetriedBatchView } from '../../../../shared/contracts/settlement-views.ts'
import { formatMoney } from '../../money.ts'
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Moment } from '../view/moment.tsx'
import { WriteDialog } from '../view/write-dialog.tsx'
import { ActionBar } from './action-bar.tsx'
import { ListLink } from './list-parts.tsx'
import { useRefusalWords } from './refusal-words.ts'

export function BatchActions({ batch }: { batch: OperatorBatchView }) {
  const { t } = useConsoleTexts()
  // What was asked about stays on the screen, also when the batch has changed since.
  const [asked, setAsked] = useState<OperatorBatchView>()
  return (
    <>
      {batch.canRetry && (
        <>
          <p className="console-undecided" role="status">
            {t('settlement.batch.usedUp', { count: batch.payouts.length })}{' '}
            <ListLink place={{ to: '/reconciliation/breaks' }} search={{ class: 'STATUS' }}>
              {t('settlement.batch.usedUpBreaks')}
            </ListLink>
          </p>
          <ActionBar
            label={t('settlement.break.actions')}
            actions={[
              {
                ...{ needs: 'approver', label: t('settlement.batch.retry'), isMain: true },
                onClick: () => setAsked(batch),
              },
            ]}
          />
        </>
      )}
      {asked !== undefined && <RetryDialog batch={asked} onClose={() => setAsked(undefined)} />}
    </>
  )
}

function RetryDialog({ batch, onClose }: { batch: OperatorBatchView; onClose: () => void }) {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const refused = useRefusalWords()
  const { batchId, merchantId, net, currency } = batch
  return (
    <WriteDialog
      name="retryBatch"
      title={t('settlement.batch.retryTitle')}
      confirm={t('settlement.batch.retry')}
      callOf={fields => ({ path: { batchId }, body: fields })}
      told={told => <RetryTold of={told} />}
      refused={refused}
      onClose={onClose}
    >
      <p>{t('settlement.batch.retryText', { ...{ merchantId, amount: formatMoney(net, currency, language) } })}</p>
    </WriteDialog>
  )
}

function RetryTold({ of: { attempt, standing, account, from } }: { of: RetriedBatchView }) {
  const { t } = useConsoleTexts()
  const isDayUnknown = standing === 'waits' && from === null
  return (
    <p>
      {t(`settlement.batch.standings.${isDayUnknown ? 'unknown_day' : standing}`, { attempt, account: account ?? '' })}{' '}
      {from !== null && <Moment at={from} />}
    </p>
  )
}
