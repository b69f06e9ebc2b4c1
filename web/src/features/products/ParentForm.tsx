'use client';

import type { ProductParent } from '@/api/types';
import { type FieldKeys, useForm } from '@/features/auth/useForm';
import { useWords } from '@/i18n/locale';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/Field';
import { useReason } from '@/ui/states';
import { useSaveParent } from './useParents';

const MOST_OPTIONS = 3;

function optionsOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

interface Props {
  parent: ProductParent | null;
  onSaved: (parent: ProductParent) => void;
  onClose: () => void;
}

/** The name of goods that come in variants, and what those differ by. */
export function ParentForm({ parent, onSaved, onClose }: Props) {
  const { t } = useWords();
  const why = useReason();
  const save = useSaveParent(parent);
  const check = (values: FormData): FieldKeys => {
    const found: Record<string, FieldKeys[string]> = {};
    if (!String(values.get('name')).trim()) found.name = 'login.required';
    const { length } = optionsOf(String(values.get('options')));
    if (length < 1 || length > MOST_OPTIONS) found.options = 'parents.options.bad';
    return found;
  };
  const { busy, general, onSubmit, message } = useForm(check, async (values) => {
    onSaved(
      await save.mutateAsync({
        name: String(values.get('name')).trim(),
        options: optionsOf(String(values.get('options'))),
      }),
    );
  });
  const field = (name: string) => ({ name, error: message(name) });
  return (
    <form noValidate onSubmit={onSubmit} className="grid gap-4">
      {general !== null && (
        <Banner tone="bad" alert>
          {why(general)}
        </Banner>
      )}
      <TextField
        label={t('parents.name')}
        dir="auto"
        defaultValue={parent?.name}
        {...field('name')}
      />
      <TextField
        label={t('parents.options')}
        hint={t('parents.options.hint')}
        dir="auto"
        defaultValue={parent?.options.join(', ')}
        {...field('options')}
      />
      <div className="flex flex-wrap justify-end gap-2">
        <Button kind="quiet" onClick={onClose}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" kind="primary" busy={busy}>
          {t('action.save')}
        </Button>
      </div>
    </form>
  );
}
