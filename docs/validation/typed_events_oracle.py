"""The same lines as the example `typed_events`, from the records as the `evtx` package renders
them to XML; shares no code and no table with it.

    python3 typed_events_oracle.py LOG
"""

import re
import sys
import uuid
import xml.etree.ElementTree as ElementTree

from evtx import PyEvtxParser

SECURITY = "Microsoft-Windows-Security-Auditing"
SESSIONS = {4624, 4634, 4647, 4800, 4801}
PNP = {400, 401, 403, 410, 411, 420, 430, 440, 441, 442}
MARKS = re.compile("[\u200e\u200f\u202a-\u202e]")


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def braces(text):
    return "{%s}" % text.strip("{}").upper() if text and set(text) - set("{}-0") else "-"


def tick(text):
    """Six decimals, as the package writes them."""
    text = text.rstrip("Z")
    return text if "." in text else text + ".000000"


def said(text):
    return text.strip() if text and text.strip() not in ("", "-", "NULL") else "-"


def lines(path):
    for record in PyEvtxParser(path).records():
        root = ElementTree.fromstring(record["data"])
        system = {local(child): child for child in root[0]}
        provider = system["Provider"].get("Name")
        number = int(system["EventID"].text)
        fields, unnamed = {}, []
        for part in root[1:]:
            for element in part.iter():
                if local(element) != "Data":
                    fields.setdefault(local(element), element.text or "")
                elif element.get("Name"):
                    fields[element.get("Name")] = element.text or ""
                else:
                    unnamed.append(element.text or "")
        get = lambda name: said(fields.get(name))
        out = None
        if provider == "Microsoft-Windows-Partition" and number == 1006:
            table = bytes.fromhex(fields["PartitionTable"])
            gpt = "-"
            if len(table) >= 48 and table[0] == 1:
                gpt = "{%s}" % str(uuid.UUID(bytes_le=table[8:24])).upper()
            state = "Arrived" if int(fields["Capacity"]) else "?"
            out = [state, fields["Capacity"], get("ParentId"), get("SerialNumber"),
                   braces(fields["RegistryId"]), gpt]
        elif provider.endswith("Kernel-PnP") and number in PNP:
            out = [get("DeviceInstanceId")]
        elif provider.endswith("UserPnp") and number in (20001, 20003):
            out = [get("DeviceInstanceID")]
        elif provider == SECURITY and number == 6416:
            out = [get("DeviceId")]
        elif provider.endswith("Storsvc") and number in (1001, 1002):
            out = [get("SerialNumber")]
        elif provider.endswith("StorDiag") and number == 507:
            out = [get("SerialNumber")]
        elif provider.endswith("Windows-Ntfs") and number in (4, 98, 142, 145):
            name = fields.get("DriveName") or fields.get("VolumeName") or ""
            guid = fields.get("VolumeGuid") or fields.get("VolumeCorrelationId") or ""
            inside = re.search(r"\{([^}]*)\}", name)
            guid = guid or (inside.group(1) if inside else "")
            out = [name if re.fullmatch("[A-Za-z]:", name) else "-", braces(guid)]
        elif provider == SECURITY and number in SESSIONS:
            out = [get("TargetUserSid"), get("TargetUserName"), get("LogonType")]
        elif provider == SECURITY and number == 4616:
            out = [tick(fields["PreviousTime"]), tick(fields["NewTime"])]
        elif provider.endswith("Kernel-General") and number == 1:
            out = [tick(fields["OldTime"]), tick(fields["NewTime"])]
        elif provider.endswith("Kernel-General") and number in (12, 13):
            out = [tick(fields.get("StartTime") or fields.get("StopTime"))]
        elif provider == "EventLog" and number in (6005, 6006):
            out = []
        elif provider == "EventLog" and number == 6008:
            out = ["%s %s" % (MARKS.sub("", unnamed[1]), MARKS.sub("", unnamed[0]))]
        elif provider.endswith("Time-Service") and number in (35, 37):
            out = [get("TimeSource")]
        elif provider.endswith("Windows-Eventlog") and number in (104, 1102):
            out = [get("Channel") if number == 104 else "Security", get("SubjectUserName")]
        if out is not None:
            yield "\t".join([str(record["event_record_id"]), str(number), "\t".join(out)])


for line in lines(sys.argv[1]):
    print(line)
