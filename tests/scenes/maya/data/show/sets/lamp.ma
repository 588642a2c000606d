//Maya ASCII 2023 scene
//Codeset: UTF-8
file -r -ns "loop" -rfn "loopRN" -typ "mayaAscii" "lamp.ma";
requires maya "2023";
createNode transform -n "grp";
createNode transform -n "view" -p "grp";
createNode camera -n "viewShape" -p "view";
createNode file -n "glass";
	setAttr ".ftn" -type "string" "tex/glass.png";
createNode mayaUsdProxyShape -n "bulb" -p "grp";
	setAttr ".fp" -type "string" "./bulb.usda";
// End of lamp.ma
