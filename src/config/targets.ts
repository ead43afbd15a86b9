import type { Target } from '../run/index.ts';
import type { Environment, Place } from './project.ts';

/** Where an environment publishes its models. */
export function targetsIn({ models = [] }: Pick<Environment, 'models'>, place: Place): readonly Target[] {
  const kinds = models.map(({ adapter }) => adapter);
  return models.map((store, index): Target => {
    const before = kinds.slice(0, index).filter((kind) => kind === store.adapter).length;
    const open = async () => store.open(place);
    return { name: before === 0 ? store.adapter : `${store.adapter} ${before + 1}`, open };
  });
}
