import type { LaterLimit } from '../../registry/about.ts';
import type { ShadowChoice } from '../../serve/shadow/choice.ts';
import type { ShadowFigures } from '../../serve/shadow/figures.ts';
import type { ShadowVerdict } from './endpoints.ts';

/** Which version is seen beside the champion of an endpoint. */
export interface ShadowView extends ShadowChoice {
  readonly endpoint: string;
  /** `catalog.schema.name`. */
  readonly model: string;
  readonly label: string;
}
/** One of the two: how it was judged, or how far it is. */
export interface ShadowGateView {
  readonly judged?: ShadowVerdict & { readonly passed: boolean; readonly at: string };
  readonly waits?: { readonly requests: number; readonly wanted: number; readonly limits: readonly LaterLimit[] };
}
export interface EndpointReportView {
  readonly endpoint: string;
  readonly model: string;
  readonly label: string;
  readonly champion?: string;
  /** Its definition says so; else nothing shadows, whatever is named. */
  readonly isShadowed: boolean;
  /** What is to be seen now, and who said so. */
  readonly shadows?: ShadowChoice;
  /** Of which the rest is; absent where no version was ever seen. */
  readonly version?: string;
  readonly state?: string;
  /** By the champion that it was beside, what was seen last first. */
  readonly beside: readonly { readonly champion: string; readonly figures: ShadowFigures }[];
  readonly gate?: ShadowGateView;
  /** All of which there are figures. */
  readonly versions: readonly string[];
  /** What could not be read. */
  readonly trouble?: string;
}

export interface ShadowOperations {
  /** `shadows`: the version, no version, or again the candidate that waits. */
  'endpoint shadow': [
    input: {
      readonly endpoint: string;
      readonly shadows: 'version' | 'none' | 'candidate';
      readonly version?: string;
      readonly by: string;
      readonly reason: string;
    },
    output: ShadowView,
  ];
  'endpoint report': [input: { readonly endpoint: string; readonly version?: string }, output: EndpointReportView];
}
