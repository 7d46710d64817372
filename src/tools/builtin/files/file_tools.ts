/** All built-in tools that work on files. */
import type { Tool } from "../../tool.ts";
import { deleteFileTool } from "./delete_file.ts";
import { fileInfoTool } from "./file_info.ts";
import { listDirTool } from "./list_dir.ts";
import { readFileTool } from "./read_file.ts";
import type { RootFs } from "./root_fs.ts";
import { searchFilesTool } from "./search_files.ts";
import { writeFileTool } from "./write_file.ts";

/** The six file tools over one root. */
export function fileTools(fs: RootFs): Tool[] {
  return [
    readFileTool(fs),
    listDirTool(fs),
    fileInfoTool(fs),
    searchFilesTool(fs),
    writeFileTool(fs),
    deleteFileTool(fs),
  ];
}
