'use client';

import { useState } from 'react';
import { useWords } from '@/i18n/locale';
import { Badge } from '@/ui/Badge';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Card';
import { ErrorState, Loading } from '@/ui/states';
import { CodesShown, FirstCodeForm, OffForm, PasswordAgainForm } from './FactorForms';
import { useFactor, useFactorChanged } from './useAccount';

type Stage =
  | { readonly at: 'rest' }
  | { readonly at: 'password' }
  | { readonly at: 'app'; readonly secret: string; readonly uri: string }
  | { readonly at: 'codes'; readonly codes: readonly string[] }
  | { readonly at: 'off' };

/** Codes of an authenticator app beside the password: turned on step by step, and off. */
export function FactorCard() {
  const { t } = useWords();
  const { data, error, refetch } = useFactor();
  const changed = useFactorChanged();
  const [stage, setStage] = useState<Stage>({ at: 'rest' });
  const rest = () => {
    setStage({ at: 'rest' });
    void changed();
  };
  return (
    <Card
      title={t('factor.title')}
      text={t('factor.text')}
      actions={
        data && (
          <Badge tone={data.enabled ? 'good' : 'neutral'}>
            {t(data.enabled ? 'factor.on' : 'factor.off')}
          </Badge>
        )
      }
    >
      {error && <ErrorState error={error} retry={() => void refetch()} />}
      {!error && !data && <Loading className="h-24" />}
      {data && stage.at === 'rest' && (
        <div className="grid gap-3 text-sm">
          {data.enabled && <p>{t('factor.left', { n: data.recovery_codes_left })}</p>}
          <div>
            <Button onClick={() => setStage({ at: data.enabled ? 'off' : 'password' })}>
              {t(data.enabled ? 'factor.turnOff' : 'factor.turnOn')}
            </Button>
          </div>
        </div>
      )}
      {stage.at === 'password' && (
        <PasswordAgainForm onCancel={rest} onMade={(made) => setStage({ at: 'app', ...made })} />
      )}
      {stage.at === 'app' && (
        <FirstCodeForm
          secret={stage.secret}
          uri={stage.uri}
          onCancel={rest}
          onOn={(codes) => {
            setStage({ at: 'codes', codes });
            void changed();
          }}
        />
      )}
      {stage.at === 'codes' && <CodesShown codes={stage.codes} onDone={rest} />}
      {stage.at === 'off' && <OffForm onCancel={rest} onOff={rest} />}
    </Card>
  );
}
