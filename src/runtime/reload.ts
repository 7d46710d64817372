/** What the command line needs for reloads. */
export { type ModuleLoad, ModuleLoads } from "./module_loads.ts";
export {
  type FeatureSource,
  type LoadedFeatures,
  Reloader,
  type ReloaderState,
  type ReloadReport,
} from "./reloader.ts";
export type { Policies } from "./generation.ts";
export type { CatalogChanges, Changes } from "./changes.ts";
export type { GenerationFeatures } from "./generation.ts";
