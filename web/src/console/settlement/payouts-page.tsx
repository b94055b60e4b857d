/** Payouts to merchants, the newest first. */
import { getRouteApi } from '@tanstack/react-router'
import { type PayoutState, payoutStates } from '../../../../shared/contracts/lists.ts'
import { useConsoleTexts } from '../console-context.ts'
import { Loaded } from '../view/loaded.tsx'
import { useOperatorQuery } from '../view/use-operator-query.ts'
import { FilterForm, NextPages } from './list-parts.tsx'
import { PayoutRows } from './payout-rows.tsx'
import { SettlementNav } from './room-nav.tsx'
import { PAGE_LIMIT, searchOf } from './search.ts'

const route = getRouteApi('/settlement/payouts')
const place = { to: '/settlement/payouts' } as const

export function PayoutsPage() {
  const { t } = useConsoleTexts()
  const search = searchOf('payouts')(route.useSearch())
  const query = { ...search, state: search.state as PayoutState | undefined, limit: PAGE_LIMIT }
  const read = useOperatorQuery('findPayouts', { query })
  const states = payoutStates.map(state => [state, t(`settlement.payoutStates.${state}`)] as const)
  return (
    <section aria-labelledby="payouts-title">
      <h1 id="payouts-title">{t('settlement.tabs.payouts')}</h1>
      <SettlementNav current="payouts" />
      <FilterForm
        place={place}
        search={search}
        fields={[
          { name: 'state', label: t('settlement.fields.state'), type: states },
          { name: 'merchantId', label: t('settlement.fields.merchantId'), type: 'text' },
        ]}
      />
      <Loaded read={read} loading={t('settlement.payouts.loading')} failed={t('settlement.payouts.failed')}>
        {({ items, nextCursor }) => (
          <>
            <PayoutRows payouts={items} labelledBy="payouts-title" empty={t('settlement.payouts.empty')} />
            <NextPages place={place} search={search} nextCursor={nextCursor} />
          </>
        )}
      </Loaded>
    </section>
  )
}
