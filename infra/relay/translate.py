"""Prints a SAM template as the plain CloudFormation that AWS makes of it. Needs aws-sam-translator, and no network.

    python translate.py template.yaml

An intrinsic function stays one, so what it prints is what is in force whatever the parameters are.
"""

import json
import sys
from pathlib import Path
from typing import Any

ZIP = "s3://somewhere/relay.zip"
REGION = "us-east-1"


class _Session:
    """What the translator asks of boto3 about where it is."""

    region_name = REGION

    def get_partition_for_region(self, _region: str) -> str:
        return "aws"


def translated(text: str) -> dict[str, Any]:
    """The template, transformed."""
    from samtranslator.parser.parser import Parser
    from samtranslator.translator.translator import Translator
    from samtranslator.yaml_helper import yaml_parse

    template = yaml_parse(text)
    template["Globals"]["Function"]["CodeUri"] = ZIP
    session: Any = _Session()
    made: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(template, {})
    return made


if __name__ == "__main__":
    sys.stdout.write(json.dumps(translated(Path(sys.argv[1]).read_text(encoding="utf-8")), indent=1) + "\n")
