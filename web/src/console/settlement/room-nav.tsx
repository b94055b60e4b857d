/** The links between the pages of settlement, and between those of reconciliation. */
import { Link } from '@tanstack/react-router'
import { useConsoleTexts } from '../console-context.ts'

const settlementPages = [
  ['/settlement', 'batches'],
  ['/settlement/files', 'files'],
  ['/settlement/payouts', 'payouts'],
  ['/settlement/funds', 'funds'],
] as const
const reconPages = [
  ['/reconciliation', 'overview'],
  ['/reconciliation/breaks', 'breaks'],
  ['/reconciliation/files', 'files'],
] as const

export type SettlementTab = (typeof settlementPages)[number][1]
export type ReconTab = (typeof reconPages)[number][1]

export function SettlementNav({ current }: { current: SettlementTab }) {
  const { t } = useConsoleTexts()
  return <Tabs pages={settlementPages} current={current} textOf={name => t(`settlement.tabs.${name}`)} />
}

export function ReconNav({ current }: { current: ReconTab }) {
  const { t } = useConsoleTexts()
  return <Tabs pages={reconPages} current={current} textOf={name => t(`settlement.reconTabs.${name}`)} />
}

interface TabsProps<Tab extends string> {
  pages: readonly (readonly [to: (typeof settlementPages | typeof reconPages)[number][0], name: Tab])[]
  current: Tab
  textOf: (name: Tab) => string
}

function Tabs<Tab extends string>({ pages, current, textOf }: TabsProps<Tab>) {
  const { t } = useConsoleTexts()
  return (
    <nav className="console-tabs" aria-label={t('settlement.pages')}>
      {pages.map(([to, name]) => (
        <Link
          key={name}
          to={to}
          activeProps={{}}
          activeOptions={{ exact: true }}
          aria-current={name === current ? 'page' : undefined}
          className="console-tab"
        >
          {textOf(name)}
        </Link>
      ))}
    </nav>
  )
}
