/** What operators did here since the starter began, and whether the audit log has it. */
import { type DemoActRecord, type DemoPartName, demoActs } from '../../../../shared/contracts/demo-panel.ts'
import { useConsoleTexts } from '../console-context.ts'
import { DataTable } from '../view/data-table.tsx'
import { Moment } from '../view/moment.tsx'

const SHOWN = 8

/** Traffic and clock are named by what was done. */
const isOfPart = (act: DemoActRecord['act']): boolean => demoActs.some(each => each === act)

export function Records({ acts }: { acts: DemoActRecord[] }) {
  const { t } = useConsoleTexts()
  return (
    <section aria-labelledby="records-title" className="demo-section">
      <h2 id="records-title">{t('demo.records.title')}</h2>
      {acts.length === 0 ? (
        <p className="console-note">{t('demo.records.empty')}</p>
      ) : (
        <DataTable
          labelledBy="records-title"
          rows={acts.slice(0, SHOWN)}
          keyOf={record => `${record.at} ${record.act} ${record.subject}`}
          columns={[
            { name: 'at', title: t('demo.records.at'), cell: ({ at }) => <Moment at={at} /> },
            { name: 'operator', title: t('demo.records.operator'), cell: ({ operator }) => operator },
            {
              name: 'what',
              title: t('demo.records.what'),
              cell: ({ act, subject }) =>
                `${isOfPart(act) ? `${t(`demo.parts.names.${subject as DemoPartName}`)}: ` : ''}${t(`demo.records.acts.${act}`)}`,
            },
            {
              name: 'audit',
              title: t('demo.records.audit'),
              cell: ({ isAudited }) => (
                <span className={`tag tag-${isAudited ? 'good' : 'undecided'}`}>
                  {t(isAudited ? 'demo.records.audited' : 'demo.records.unaudited')}
                </span>
              ),
            },
          ]}
        />
      )}
      {acts.some(({ isAudited }) => !isAudited) && <p className="small">{t('demo.records.unauditedNote')}</p>}
    </section>
  )
}
