/**
 * A choice of one among some, by mouse or keyboard.
 */
import { Select } from 'radix-ui';

type ChoiceProps<Value extends string> = {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly name: string }[];
  readonly onChange: (value: Value) => void;
  readonly testId: string;
};

/** The choice. */
export function Choice<Value extends string>({ label, value, options, onChange, testId }: ChoiceProps<Value>) {
  return (
    <Select.Root value={value} onValueChange={(next) => onChange(next as Value)}>
      <Select.Trigger className="select" aria-label={label} data-testid={testId}>
        <Select.Value />
        <Select.Icon aria-hidden="true">▾</Select.Icon>
      </Select.Trigger>
      <Select.Portal>
        <Select.Content className="select-list" position="popper">
          <Select.Viewport>
            {options.map((option) => (
              <Select.Item key={option.value} value={option.value} className="select-item">
                <Select.ItemText>{option.name}</Select.ItemText>
              </Select.Item>
            ))}
          </Select.Viewport>
        </Select.Content>
      </Select.Portal>
    </Select.Root>
  );
}
