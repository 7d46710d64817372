/** What the command line needs for reloads. */
export { KeptModules } from "./kept_modules.ts";
export {
  type FeatureSource,
  type LoadedFeatures,
  Reloader,
  type ReloaderState,
  type ReloadReport,
} from "./reloader.ts";
export type { CatalogChanges, Changes } from "./changes.ts";
