/** What has to be kept apart for merchants, day by day. */
import { useConsoleTexts, useLanguage } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { Rows } from './list-parts.tsx'
import { formatSum } from './money.ts'
import { SettlementNav } from './room-nav.tsx'

export function FundsPage() {
  const { t } = useConsoleTexts()
  const language = useLanguage()
  const read = useOperatorQuery('listFunds', {})
  // Without a statement nobody knows what the account held: that is not 0.
  const notKnown = <span className="room-missing">{t('settlement.funds.notKnown')}</span>
  return (
    <section aria-labelledby="funds-title">
      <h1 id="funds-title">{t('settlement.tabs.funds')}</h1>
      <SettlementNav current="funds" />
      <p className="small room-about">{t('settlement.funds.about')}</p>
      <Loaded read={read} loading={t('settlement.funds.loading')} failed={t('settlement.funds.failed')}>
        {({ days }) => (
          <Rows
            rows={days}
            keyOf={({ day, currency }) => `${day} ${currency}`}
            labelledBy="funds-title"
            empty={t('settlement.funds.empty')}
            columns={[
              { label: t('settlement.funds.day'), cell: ({ day }) => day },
              { label: t('settlement.currency'), cell: ({ currency }) => currency },
              {
                label: t('settlement.funds.required'),
                isAmount: true,
                cell: ({ required, currency }) => formatSum(required, currency, language),
              },
              {
                label: t('settlement.funds.safeguarded'),
                isAmount: true,
                cell: ({ safeguarded, currency, statementDay }) =>
                  statementDay === null ? notKnown : formatSum(safeguarded, currency, language),
              },
              {
                label: t('settlement.funds.missing'),
                isAmount: true,
                cell: ({ missing, currency }) => (
                  <span className={missing === '0' ? undefined : 'room-missing'}>
                    {formatSum(missing, currency, language)}
                  </span>
                ),
              },
              {
                label: t('settlement.funds.statementDay'),
                cell: ({ statementDay }) => statementDay ?? t('settlement.funds.noStatement'),
              },
            ]}
          />
        )}
      </Loaded>
    </section>
  )
}
